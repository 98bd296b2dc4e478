/** Notebooks: text cells as they are, code cells as code, with their outputs. */
import type { ConvertContext, Converter } from '../converter.ts';
import { decodeText } from '../detect/charset.ts';
import { ConvertError } from '../errors.ts';
import type { Block } from '../model/document.ts';
import { htmlDocument, pageOptions } from '../html/index.ts';

const mostOutput = 20_000;
/** Terminals are told colours by an escape sign and numbers. */
const colours = /\p{Cc}\[[\d;]*[A-Za-z]/gu;

/** Converts .ipynb. */
export const notebook: Converter = {
  name: 'notebook',
  accepts: ({ kind }) => kind === 'ipynb',
  async convert({ bytes }, context) {
    const root = parse(bytes);
    const metadata = record(root['metadata']);
    const language =
      stringOf(record(metadata['language_info'])['name']) || stringOf(record(metadata['kernelspec'])['language']) || 'python';
    const cells =
      listOf(root['cells']).length > 0
        ? listOf(root['cells'])
        : listOf(root['worksheets']).flatMap((sheet) => listOf(record(sheet)['cells']));
    const blocks: Block[] = [];
    for (const raw of cells) blocks.push(...(await cellBlocks(record(raw), language, context)));
    const title =
      stringOf(metadata['title']) ||
      blocks
        .map((block) => (block.type === 'markdown' ? /^#\s+(.+)$/m.exec(block.text)?.[1] : undefined))
        .find((found) => found !== undefined);
    return { blocks, metadata: { language }, ...(title && { title }) };
  },
};

async function cellBlocks(cell: Record<string, unknown>, language: string, context: ConvertContext): Promise<Block[]> {
  const source = textOf(cell['source'] ?? cell['input']);
  switch (cell['cell_type']) {
    case 'markdown':
      return [{ type: 'markdown', text: source }];
    case 'heading':
      return [{ type: 'markdown', text: `${'#'.repeat(Number(cell['level'] ?? 1))} ${source}` }];
    case 'code': {
      const code: Block[] = source.trim() === '' ? [] : [{ type: 'code', text: source, language }];
      const outputs = await Promise.all(listOf(cell['outputs']).map((output) => outputBlocks(record(output), context)));
      return [...code, ...outputs.flat()];
    }
    case 'raw':
      return source.trim() === '' ? [] : [{ type: 'code', text: source }];
    default:
      return [];
  }
}

/** The richest form of an output that Markdown can show. */
async function outputBlocks(output: Record<string, unknown>, context: ConvertContext): Promise<Block[]> {
  if (output['output_type'] === 'stream') return codeOf(textOf(output['text']));
  if (output['output_type'] === 'error') return codeOf(`${stringOf(output['ename'])}: ${stringOf(output['evalue'])}`);
  const data: Record<string, unknown> = output['data'] === undefined ? { 'text/plain': output['text'] } : record(output['data']);
  const html = textOf(data['text/html']);
  if (html.includes('<table')) return [...(await htmlDocument(html, pageOptions(context))).blocks];
  const markdown = textOf(data['text/markdown']);
  if (markdown !== '') return [{ type: 'markdown', text: markdown }];
  for (const mimetype of ['image/png', 'image/jpeg', 'image/gif']) {
    const encoded = textOf(data[mimetype]);
    if (encoded !== '')
      return [
        {
          type: 'paragraph',
          content: [
            {
              type: 'image',
              alt: textOf(data['text/plain']).slice(0, 100),
              name: `output.${mimetype.slice(6)}`,
              mimetype,
              bytes: () => Buffer.from(encoded, 'base64'),
            },
          ],
        },
      ];
  }
  return codeOf(textOf(data['text/plain']));
}

function codeOf(text: string): Block[] {
  const plain = text.replaceAll(colours, '');
  return plain.trim() === '' ? [] : [{ type: 'code', text: plain.length > mostOutput ? `${plain.slice(0, mostOutput)}\n[cut]` : plain }];
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  try {
    return record(JSON.parse(decodeText(bytes)));
  } catch (error) {
    throw new ConvertError('malformed', `The notebook is not JSON: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.map(stringOf).join('') : stringOf(value);
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
