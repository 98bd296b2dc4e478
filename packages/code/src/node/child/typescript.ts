/** TypeScript as JavaScript, and places in it as places in the cell. */
import { SourceMap, stripTypeScriptTypes } from 'node:module';
import type { Failure } from './to-bundle.ts';

/** An error of syntax, with its place in the cell. */
export class TypeScriptError extends SyntaxError {
  readonly failure: Failure;

  constructor(error: Error, name: string) {
    super(error.message);
    // Its stack begins with the line number, the line and a mark below it.
    const place = /^:\d+\n[\s\S]*?\^\n/.exec(error.stack ?? '')?.[0] ?? '\n';
    this.failure = { name: 'SyntaxError', message: error.message, traceback: `${name}${place}\nSyntaxError: ${error.message}` };
  }
}

/** Strips types. */
export class TypeScript {
  readonly #maps = new Map<string, SourceMap>();

  /**
   * The JavaScript of a cell.
   *
   * @param name of the cell in tracebacks
   * @throws TypeScriptError
   */
  strip(code: string, name: string): string {
    try {
      // Blanks take the place of types: everything stays where it is.
      return stripTypeScriptTypes(code, { mode: 'strip' });
    } catch {
      // Enums and parameter properties are more than types.
      return this.#transform(code, name);
    }
  }

  /** A traceback with places in cells instead of those in their JavaScript. */
  toSource(traceback: string): string {
    return traceback.replace(/(cell_\d+\.ts):(\d+):(\d+)/g, (text, name: string, line: string, column: string) => {
      const entry = this.#maps.get(name)?.findEntry(Number(line) - 1, Number(column) - 1);
      return entry && 'originalLine' in entry ? `${name}:${entry.originalLine + 1}:${entry.originalColumn + 1}` : text;
    });
  }

  #transform(code: string, name: string): string {
    let made;
    try {
      made = stripTypeScriptTypes(code, { mode: 'transform', sourceMap: true });
    } catch (error) {
      throw error instanceof Error ? new TypeScriptError(error, name) : error;
    }
    const [script = '', map = ''] = made.split(/\n\n?\/\/# sourceMappingURL=data:application\/json;base64,/);
    if (map !== '') this.#maps.set(name, new SourceMap(JSON.parse(Buffer.from(map, 'base64').toString())));
    return script;
  }
}
