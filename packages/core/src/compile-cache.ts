/** Lets a program start without compiling itself again. Imports nothing of this package: what is imported with it is not cached. */
import { enableCompileCache } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Keeps the compiled form of all that a bundled program imports from now on, in `cache/` beside it: who can write there can write the program, too.
 * Where this user cannot, Node.js starts without. A program that is not bundled keeps nothing.
 *
 * @param program URL of the program's file (`import.meta.url`)
 */
export function cacheCompiled(program: string): void {
  const folder = dirname(fileURLToPath(program));
  if (basename(folder) === 'bundle') enableCompileCache(join(folder, 'cache'));
}
