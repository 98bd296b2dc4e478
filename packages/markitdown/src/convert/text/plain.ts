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
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\0-\u0008\u000e-\u001a\u001c-\u001f]/g, '');
    const title = detected.kind === 'markdown' ? /^#\s+(.+)$/m.exec(clean)?.[1] : undefined;
    return { blocks: [{ type: 'markdown', text: clean }], ...(title && { title }) };
  },
};
