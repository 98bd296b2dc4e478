/** A mail as a document. */
import type { ConvertContext } from '../converter.ts';
import { ConvertError } from '../errors.ts';
import { htmlDocument, pageOptions } from '../html/index.ts';
import type { FindPicture } from '../html/page-pictures.ts';
import { type Block, type Document, heading, paragraph, text } from '../model/document.ts';

/** A mail, wherever it comes from. */
export interface Mail {
  /** From, To, Cc, Date, Subject: in the order in which they are printed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/** A file that came with a mail. */
export interface Attachment {
  readonly name: string;
  readonly mimetype: string;
  /** True when the text shows it: a picture in a signature. */
  readonly isInline: boolean;
  /** What the text calls it, without angle brackets. */
  readonly contentId: string | undefined;
  readonly bytes: () => Uint8Array;
}

/** Headers, then the text, then each attachment converted by its own converter. */
export async function mailDocument({ headers, html, text: plain, attachments }: Mail, context: ConvertContext): Promise<Document> {
  const subject = headers['Subject'] ?? '';
  const blocks: Block[] = [heading(1, 'Email Message')];
  for (const [name, value] of Object.entries(headers)) {
    if (value !== '') blocks.push({ type: 'paragraph', content: [{ type: 'text', text: `${name}:`, bold: true }, text(` ${value}`)] });
  }
  const body =
    html.trim() === '' ? plainBlocks(plain) : (await htmlDocument(html, pageOptions(context, { find: picturesOf(attachments) }))).blocks;
  if (body.length > 0) blocks.push(heading(2, 'Content'), ...body);
  const warnings: string[] = [];
  for (const { name, mimetype, isInline, bytes } of attachments) {
    if (isInline && mimetype.startsWith('image/')) continue;
    blocks.push(heading(2, `Attachment: ${name}`));
    try {
      const { blocks: inner } = await context.nested(bytes(), name, mimetype);
      blocks.push(...inner);
    } catch (error) {
      if (!(error instanceof ConvertError) || error.code === 'cancelled' || error.code === 'timeout') throw error;
      warnings.push(`Attachment ${name}: ${error.message}`);
    }
  }
  return {
    blocks,
    warnings,
    metadata: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    ...(subject && { title: subject }),
  };
}

/** Pictures that the text shows: https://www.rfc-editor.org/rfc/rfc2392. */
function picturesOf(attachments: readonly Attachment[]): FindPicture {
  return (source) => {
    const id = /^cid:(.+)$/i.exec(source)?.[1];
    const found = attachments.find(
      ({ contentId, mimetype }) => contentId !== undefined && contentId === id && mimetype.startsWith('image/'),
    );
    return found && { type: 'image', alt: '', name: found.name, mimetype: found.mimetype, bytes: found.bytes };
  };
}

/** Plain text keeps its lines; quoted lines are a quote. */
function plainBlocks(plain: string): Block[] {
  return plain
    .replaceAll(/\r\n?/g, '\n')
    .split(/\n{2,}/)
    .filter((part) => part.trim() !== '')
    .map((part): Block => {
      const lines = part.split('\n').filter((line) => line.trim() !== '');
      const isQuote = lines.every((line) => line.startsWith('>'));
      const content = lines.flatMap((line, at) => [
        ...(at > 0 ? [{ type: 'break' as const }] : []),
        text(isQuote ? line.replace(/^(?:>\s?)+/, '') : line),
      ]);
      return isQuote
        ? { type: 'quote', blocks: [{ type: 'paragraph', content }] }
        : content.length === 1
          ? paragraph(lines[0] ?? '')
          : { type: 'paragraph', content };
    });
}
