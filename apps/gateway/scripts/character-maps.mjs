/**
 * Puts the predefined character maps of East Asian fonts where the PDF converter finds them (`#cmaps/` of its package.json). They come
 * with pdf.js and not with the build of it that the converter uses; the rest of that package, 80 MB, nobody has to install.
 */
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** @param folder that of `@sandlot/markitdown` */
export function copyCharacterMaps(folder) {
  const to = join(folder, 'dist', 'cmaps');
  if (existsSync(to)) return;
  const { resolve } = createRequire(join(folder, 'package.json'));
  const made = `${to}.${process.pid}`;
  cpSync(join(dirname(resolve('pdfjs-dist/package.json')), 'cmaps'), made, { recursive: true });
  rmSync(to, { recursive: true, force: true });
  renameSync(made, to);
}
