/** The `import` of cells. */
import { types } from 'node:util';

type Import = (name: unknown, options?: unknown) => Promise<object>;

/**
 * An `import()` for cells.
 *
 * @param load the engine's own
 * @returns takes as third argument the exports that an import statement names
 */
export function importer(load: Import): (name: unknown, options?: unknown, wanted?: readonly string[]) => Promise<object> {
  return async function (name, options, wanted = []) {
    const here = new Error();
    try {
      const module = await load(name, options);
      for (const one of wanted) {
        if (!(one in module)) throw new SyntaxError(`The requested module '${String(name)}' does not provide an export named '${one}'`);
      }
      return module;
    } catch (error) {
      // The loader does not tell who called it.
      const place = /^ +at .*\bcell_\d+\..*$/m.exec(here.stack ?? '')?.[0];
      if (types.isNativeError(error) && place !== undefined && !/^ +at .*\bcell_\d+\./m.test(error.stack ?? ''))
        error.stack += `\n${place}`;
      throw error;
    }
  };
}
