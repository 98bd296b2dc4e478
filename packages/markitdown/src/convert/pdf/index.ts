/** PDF files. */
import { getDocumentProxy } from 'unpdf';
import type { ConvertContext, Converter, Input } from '../converter.ts';
import { ConvertError } from '../errors.ts';
import { type Block, type Document, paragraph } from '../model/document.ts';
import { selectPages } from '../pages.ts';

/** Converts .pdf. */
export const pdf: Converter = { name: 'pdf', accepts: ({ kind }) => kind === 'pdf', convert };

async function convert({ bytes }: Input, context: ConvertContext): Promise<Document> {
  const file = await open(bytes);
  const wanted = selectPages(context.options.pages, file.numPages);
  const blocks: Block[] = [];
  const empty: number[] = [];
  for (let number = 1; number <= file.numPages; number++) {
    if (!wanted(number)) continue;
    context.check();
    context.progress(number - 1, file.numPages);
    const page = await file.getPage(number);
    const { items } = await page.getTextContent();
    const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
    if (context.options.pageMarkers) blocks.push({ type: 'marker', text: `page ${number}` });
    if (text.trim() === '') empty.push(number);
    blocks.push(
      ...text
        .split(/\n{2,}/)
        .filter((piece) => piece.trim() !== '')
        .map(paragraph),
    );
    page.cleanup();
  }
  const { info } = await file.getMetadata();
  await file.loadingTask.destroy();
  const title = 'Title' in info && typeof info.Title === 'string' ? info.Title.trim() : '';
  return {
    blocks,
    metadata: { pages: String(file.numPages) },
    ...(title && { title }),
    ...(empty.length > 0 && { warnings: [`No text on page ${empty.join(', ')}: a scan or a picture.`] }),
  };
}

async function open(bytes: Uint8Array) {
  try {
    // The engine takes the buffer away from its owner, so it gets a copy.
    return await getDocumentProxy(bytes.slice(), { useSystemFonts: false, stopAtErrors: false });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/password/i.test(message)) throw new ConvertError('encrypted', 'The PDF is protected with a password.', { cause: error });
    throw new ConvertError('malformed', `The PDF is broken: ${message}`, { cause: error });
  }
}
