/** The predefined character maps that fonts of Chinese, Japanese and Korean documents name instead of having their own. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

/** The engine asks it for data: https://mozilla.github.io/pdf.js/api/draft/module-pdfjsLib.html, `BinaryDataFactory`. */
export class CharacterMaps {
  /** @returns a map in the packed form of pdf.js. Fails for anything else: fonts and decoders are of no use to text */
  async fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> {
    if (kind !== 'cMapUrl' || !/^[\w-]+\.bcmap$/.test(filename)) throw new Error(`There is no ${filename}.`);
    return new Uint8Array(await readFile(resolve(`#cmaps/${filename}`)));
  }
}
