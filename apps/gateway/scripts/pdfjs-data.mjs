/**
 * Puts data of pdf.js where the PDF converter finds it (`#pdfjs/` of its package.json): the predefined character maps of East Asian fonts.
 * The build of pdf.js that the converter uses lacks them; the rest of the package, 80 MB, nobody has to install.
 */
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** @param folder that of `@sandlot/markitdown` */
export function copyPdfjsData(folder) {
  const to = join(folder, 'dist', 'pdfjs');
  if (existsSync(to)) return;
  const from = dirname(createRequire(join(folder, 'package.json')).resolve('pdfjs-dist/package.json'));
  const made = `${to}.${process.pid}`;
  cpSync(join(from, 'cmaps'), join(made, 'cmaps'), { recursive: true });
  rmSync(to, { recursive: true, force: true });
  renameSync(made, to);
}
