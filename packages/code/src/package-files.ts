/** Files of this package that run in processes of their own. They stay as they are where the program is bundled. */
import { fileURLToPath } from 'node:url';

/**
 * Path of one of them.
 *
 * @param path from the package's entry; `.js` is `.ts` where sources run
 */
export function packageFile(path: string): string {
  const index = import.meta.resolve('@sandlot/code');
  return fileURLToPath(new URL(index.endsWith('.ts') ? path.replace(/\.js$/, '.ts') : path, index));
}
