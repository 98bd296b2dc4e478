/** Data that the engine asks for: character maps that East Asian fonts name instead of having their own. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

/** A `BinaryDataFactory`: https://mozilla.github.io/pdf.js/api/draft/module-pdfjsLib.html */
export class EngineData {
  /** @returns the bytes of a file of pdf.js. Fails for fonts, which are of no use to text */
  async fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> {
    if (kind !== 'cMapUrl' || !/^[\w-]+\.bcmap$/.test(filename)) throw new Error(`There is no ${filename}.`);
    return new Uint8Array(await readFile(resolve(`#pdfjs/cmaps/${filename}`)));
  }
}
