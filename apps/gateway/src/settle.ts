/** What a gateway does once, when its start is over. */
import { flushCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const afterMs = 2000;

/**
 * Gives back what the start took: V8 shrinks its heap some seconds after a collection, but an idle program has none, and would keep
 * 15 MB for ever. The shortest collection is enough. Keeps what was compiled, too, for the next start.
 */
export function settleLater(): void {
  setTimeout(() => {
    flushCompileCache();
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    setFlagsFromString('--no-expose-gc');
    if (typeof collect === 'function') collect({ type: 'minor' });
  }, afterMs).unref();
}
