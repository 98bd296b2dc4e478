/** What is not part of the package: own converters, OCR and transcripts, in one file. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connect, itWith, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { convert, type OcrEngine, WorkerPool } from '../src/convert/index.ts';
import { markitdown } from '../src/index.ts';
import { bitmap, type PdfImage, stencil } from './make/invoice.ts';
import { png, wav } from './make/media.ts';
import { at, pdf } from './make/pdf.ts';
import { write } from './make/tagged-pdf.ts';

const plugin = `
export default {
  name: 'shout',
  accepts: ({ filename }) => filename?.endsWith('.shout') === true,
  convert: ({ bytes }) => ({ blocks: [{ type: 'heading', level: 1, content: [{ type: 'text', text: new TextDecoder().decode(bytes).toUpperCase() }] }] }),
};
export const ocrEngine = { name: 'fake', recognize: async (image, languages) => \`read \${image[1] === 0x50 ? 'a PNG' : 'something'} in \${languages.join('+')}\` };
export const transcriber = { name: 'ear', transcribe: async (bytes, { filename }) => \`said in \${filename}\\n\\nand more\` };
`;

const grey: PdfImage = {
  width: 4,
  height: 4,
  more: '/ColorSpace/DeviceGray/BitsPerComponent 8',
  bytes: Uint8Array.from({ length: 16 }, (_, at) => at * 10),
};

/** A page that is a picture, as a scanner makes it. */
const scan = ({ width, height, more, bytes } = grey): Uint8Array => {
  const pixels = Buffer.from(bytes).toString('latin1');
  const content = 'q 600 0 0 800 0 0 cm /Im0 Do Q';
  return write([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Count 1/Kids[3 0 R]>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</XObject<</Im0 5 0 R>>>>/Contents 4 0 R>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}${more}/Length ${pixels.length}>>stream\n${pixels}\nendstream`,
  ]);
};

describe('a plugin file', () => {
  it('adds a converter, an OCR engine and a transcriber to workers', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'plugin.mjs'), plugin);
    await using workers = new WorkerPool({ size: 1 });
    const plugins = [pathToFileURL(join(folder.path, 'plugin.mjs')).href];
    expect((await workers.convert(Buffer.from('hey'), { plugins, hints: { filename: 'a.shout' } })).markdown).toBe('# HEY\n');
    expect((await workers.convert(png(), { plugins, ocr: 'auto', ocrLanguages: ['deu', 'eng'], images: 'alt' })).markdown).toContain(
      'read a PNG in deu+eng',
    );
    expect((await workers.convert(wav('T', 'A'), { plugins, hints: { filename: 'a.wav' } })).markdown).toContain(
      '### Transcript\n\nsaid in a.wav\n\nand more',
    );
  });

  it('is named when it is none, or cannot be loaded', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'empty.mjs'), 'export const x = 1;');
    await using workers = new WorkerPool({ size: 1 });
    const load = (name: string) => workers.convert(Buffer.from('x'), { plugins: [pathToFileURL(join(folder.path, name)).href] });
    await expect(load('empty.mjs')).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('empty.mjs') });
    await expect(load('none.mjs')).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('none.mjs') });
  });

  it('serves the tools', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'plugin.mjs'), plugin);
    await writeFile(join(folder.path, 'a.shout'), 'hello');
    await using client = await connect(markitdown, { workspace: folder.path, options: { plugins: join(folder.path, 'plugin.mjs') } });
    expect((await client.call('markitdown_convert', { uri: 'a.shout' })).text).toBe('# HELLO\n');
  });
});

const tesseractIt = itWith('tesseract');

describe('OCR by tesseract', () => {
  tesseractIt.each(Object.entries({ bitmap, stencil }))('reads a page that is a %s', async (_, picture) => {
    expect((await convert(scan(picture), { ocr: 'auto' })).markdown).toBe('Invoice 4711 due on Friday\n');
  });

  tesseractIt('serves the tool', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'scan.pdf'), scan(bitmap));
    await using client = await connect(markitdown, { workspace: folder.path });
    expect((await client.call('markitdown_convert', { uri: 'scan.pdf', ocr: 'auto' })).text).toBe('Invoice 4711 due on Friday\n');
  });

  tesseractIt('names a language that is not installed', async () => {
    await expect(convert(scan(bitmap), { ocr: 'auto', ocrLanguages: ['xxx'] })).rejects.toMatchObject({
      message: expect.stringMatching(/OCR engine tesseract failed: .*xxx/s),
    });
  });
});

describe('OCR', () => {
  const engine: OcrEngine = {
    name: 'fake',
    recognize: async (image) => `a page of ${image.length > 20 ? 'pixels' : 'nothing'}\n\nsecond   line`,
  };

  it('reads the pages of a PDF that have no text', async () => {
    const { markdown, warnings } = await convert(scan(), { ocr: 'auto', ocrEngine: engine });
    expect(markdown).toBe('a page of pixels\n\nsecond line\n');
    expect(warnings).toEqual([]);
  });

  it('leaves pages with text alone unless it is forced', async () => {
    const page = pdf([at(50, 700, 'own text')]);
    expect((await convert(page, { ocr: 'auto', ocrEngine: engine })).markdown).toBe('own text\n');
    expect((await convert(scan(), { ocrEngine: engine })).warnings.join()).toMatch(
      /No text on page 1.*OCR reads it when an engine is installed/,
    );
  });

  it('names the engine that failed', async () => {
    const broken: OcrEngine = { name: 'broken', recognize: () => Promise.reject(new Error('no model')) };
    await expect(convert(png(), { ocr: 'force', ocrEngine: broken })).rejects.toMatchObject({
      message: 'The OCR engine broken failed: no model',
    });
  });
});
