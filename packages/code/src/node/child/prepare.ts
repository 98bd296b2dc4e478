/** What holds for one cell: its folder, its variables, its stdin. */
import process, { env as environment } from 'node:process';
import { Readable } from 'node:stream';

/**
 * Applies it.
 *
 * @returns takes the variables back
 */
export function prepare({ cwd, env, trace, stdin }: Readonly<Record<string, unknown>>): () => void {
  if (typeof cwd === 'string') process.chdir(cwd);
  for (const name of ['TRACEPARENT', 'TRACESTATE']) Reflect.deleteProperty(environment, name);
  Object.assign(environment, trace);
  const own = Object.entries(env ?? {}).map(([name, value]) => [name, String(value)] as const);
  const before = new Map(own.map(([name]) => [name, environment[name]]));
  for (const [name, value] of own) environment[name] = value;
  if (typeof stdin === 'string') Object.defineProperty(process, 'stdin', { value: Readable.from([stdin]), configurable: true });
  return () => {
    for (const [name, value] of own) {
      const old = before.get(name);
      // A cell that changed its variable meant it.
      if (environment[name] !== value) continue;
      if (old === undefined) Reflect.deleteProperty(environment, name);
      else environment[name] = old;
    }
  };
}
