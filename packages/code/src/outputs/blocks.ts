/** What a cell showed as blocks for the model: text, pictures, and files for what is neither. */
import { writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Content } from '@sandlot/core';
import type { MimeBundle } from '../contexts/kernel.ts';
import type { Shown } from './collector.ts';
import { prepareFolder } from './output-file.ts';
import { pictureTypes, readPicture } from './pictures.ts';
import { tablesToMarkdown } from './tables.ts';

/** One block with the facts about it. */
export interface Block {
  readonly content: Content;
  readonly type: 'stdout' | 'stderr' | 'display' | 'result' | 'error' | 'note' | 'late';
  readonly mime: string;
  /** Where it also is, relative to the workspace. */
  readonly file?: string;
}

/** Options of {@link toBlocks}. */
export interface BlockOptions {
  readonly workspace: string;
  /** Path without ending for the files of this cell. */
  readonly fileBase: string;
  /** Most characters of one block. */
  readonly maxChars: number;
}

const largestPicture = 1024 * 1024;
const mostPictures = 8;
const picturesBytes = 2 * 1024 * 1024;

/** The blocks, in order. */
export async function toBlocks(shown: readonly Shown[], options: BlockOptions): Promise<Block[]> {
  const files = new Files(options);
  const blocks: Block[] = [];
  let pictures = 0;
  let bytes = 0;
  for (const one of shown) {
    if (one.type === 'stream') blocks.push(textBlock(one.name, 'text/plain', streamText(one.text)));
    else if (one.type === 'omitted') blocks.push(textBlock('note', 'text/plain', `[… ${one.chars} characters left out …]`));
    else if (one.type === 'hidden') blocks.push(textBlock('note', 'text/plain', `[… ${one.count} more outputs left out …]`));
    else if (one.type === 'error') blocks.push(textBlock('error', 'text/plain', cut(one.traceback, options.maxChars)));
    else {
      const made = await showBundle(one.data, one.type, files, options.maxChars);
      for (const block of made) {
        const size = block.content.type === 'image' ? block.content.data.length : 0;
        if (size > 0 && (size > largestPicture || pictures >= mostPictures || bytes + size > picturesBytes)) continue;
        if (size > 0) pictures++;
        bytes += size;
        blocks.push(block);
      }
    }
  }
  return blocks.filter(({ content }) => content.type !== 'text' || content.text !== '');
}

/** The representations of one value that say the most to a model. */
async function showBundle(data: MimeBundle, type: 'display' | 'result', files: Files, maxChars: number): Promise<Block[]> {
  const text = async (mime: string, value: string, known?: string): Promise<Block[]> => {
    const file = known ?? (value.length > maxChars ? await files.write('txt', value) : undefined);
    const note = file !== undefined && known === undefined ? `\n[all of it: ${file}]` : '';
    return [{ ...textBlock(type, mime, cut(value, maxChars) + note), ...(file !== undefined && { file }) }];
  };
  for (const mime of pictureTypes) {
    const picture = data[mime];
    if (typeof picture !== 'string') continue;
    const bytes = readPicture(mime, picture);
    if (!bytes) return text('text/plain', `[no picture: what was shown as ${mime} is not of that type]`);
    const file = await files.write(mime.slice('image/'.length), bytes);
    const block: Block = { type, mime, content: { type: 'image', data: bytes.toString('base64'), mimeType: mime }, file };
    return [...(await text('text/plain', `[picture: ${file}]`, file)), block];
  }
  const svg = data['image/svg+xml'];
  if (typeof svg === 'string') {
    const file = await files.write('svg', svg);
    return text('image/svg+xml', `[SVG picture: ${file}]\n${svg.length <= 2000 ? svg : ''}`.trimEnd(), file);
  }
  const markdown = data['text/markdown'];
  if (typeof markdown === 'string') return text('text/markdown', markdown);
  const html = data['text/html'];
  if (typeof html === 'string') return showHtml(html, data['text/plain'], files, text);
  if ('application/json' in data) return text('application/json', JSON.stringify(data['application/json'], null, 2) ?? 'undefined');
  for (const mime of ['text/latex', 'text/plain']) {
    const value = data[mime];
    if (typeof value === 'string') return text(mime, stripVTControlCharacters(value));
  }
  const [[mime, value] = []] = Object.entries(data);
  if (mime === undefined) return [];
  const file = await files.write('json', JSON.stringify(value, null, 2) ?? '');
  return text('text/plain', `[${mime}: ${file}]`, file);
}

type ToText = (mime: string, value: string, file?: string) => Promise<Block[]>;

async function showHtml(html: string, plain: unknown, files: Files, text: ToText): Promise<Block[]> {
  const table = await tablesToMarkdown(html, plain);
  if (table !== undefined) return text('text/markdown', table);
  const file = await files.write('html', html);
  const words = typeof plain === 'string' && !/^<[\w.]+ object>?$/.test(plain) ? plain : html;
  return text('text/html', `[HTML page: ${file}]\n${words}`, file);
}

function textBlock(type: Block['type'], mime: string, text: string): Block {
  return { type, mime, content: { type: 'text', text: text.toWellFormed() } };
}

/** Without colours and the last line break, and with one line for progress that overwrites itself. */
function streamText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\r\n', '\n')
    .replace(/[^\n]*\r(?=[^\n])/g, '')
    .replaceAll('\r', '')
    .replace(/\n$/, '');
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor(most / 2);
  return `${text.slice(0, half)}\n[… ${text.length - 2 * half} characters left out …]\n${text.slice(text.length - half)}`;
}

/** The files of one cell. */
class Files {
  readonly #options: BlockOptions;
  #count = 0;

  constructor(options: BlockOptions) {
    this.#options = options;
  }

  async write(extension: string, content: string | Buffer): Promise<string> {
    const path = `${this.#options.fileBase}-${++this.#count}.${extension}`;
    prepareFolder(dirname(path));
    await writeFile(path, content);
    return relative(this.#options.workspace, path);
  }
}
