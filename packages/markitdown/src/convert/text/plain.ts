/** Text that stays as it is: Markdown, plain text, JSON, XML, source code. */
import type { Converter } from '../converter.ts';
import { declaredCharset, decodeText } from '../detect/charset.ts';
import type { Kind } from '../detect/kind.ts';

const kinds: ReadonlySet<Kind> = new Set(['text', 'markdown', 'json', 'jsonl', 'xml']);

/** Passes text through, decoded. */
export const plain: Converter = {
  name: 'text',
  priority: 10,
  accepts: ({ kind }) => kinds.has(kind),
  convert({ bytes, detected }) {
    const text = decodeText(bytes, detected.charset ?? /charset="?([\w-]+)/i.exec(detected.mimetype ?? '')?.[1] ?? declaredCharset(bytes));
    const clean = text
      .replace(/^\uFEFF/, '')
      .replaceAll(/\r\n?/g, '\n')
      .replaceAll(/[\p{Cc}--[\t\n\f]]/gv, '');
    const title = detected.kind === 'markdown' ? /^#\s+(.+)$/m.exec(clean)?.[1] : undefined;
    return { blocks: [{ type: 'markdown', text: clean }], ...(title && { title }) };
  },
};
