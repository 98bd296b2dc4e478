/** Values and errors as a person reads them. */
import { inspect, types } from 'node:util';
import { withoutOurFrames } from './traceback.ts';
import { TypeScriptError } from './typescript.ts';

const asNotebook = Symbol.for('Jupyter.display');
const options = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 };

/**
 * The representations of a value; undefined for `undefined`. A value may bring its own, by the method `Symbol.for('Jupyter.display')`,
 * as in Deno's notebooks.
 */
export function toBundle(value: unknown): Record<string, unknown> | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'object' && value !== null && asNotebook in value && typeof value[asNotebook] === 'function') {
    const own: unknown = value[asNotebook]();
    if (typeof own === 'object' && own !== null) return { ...own };
  }
  return { 'text/plain': inspect(value, options) };
}

/** What a cell threw. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly traceback: string;
}

/**
 * An error without the frames of what runs the cell.
 *
 * @param where place in the cell, for errors of syntax, which have no frame there
 */
export function toFailure(error: unknown, where = ''): Failure {
  if (error instanceof TypeScriptError) return error.failure;
  if (!types.isNativeError(error)) return { name: 'Thrown', message: '', traceback: `Thrown: ${inspect(error, options)}` };
  const shown = withoutOurFrames(inspect(error, options));
  return { name: error.name, message: error.message, traceback: where ? `${where}\n${shown}` : shown };
}
