/** `markitdown_convert`: a document as Markdown. */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { documentInput, toConvertOptions } from './input.ts';

export const convert = defineTool({
  name: 'markitdown_convert',
  aliases: ['convert_to_markdown'],
  title: 'Convert to Markdown',
  description:
    'Reads a document as Markdown: web pages, PDF, Word, PowerPoint, Excel, OpenDocument, EPUB, RTF, mail, CSV, JSON, notebooks, archives, text. ' +
    'Long documents come in parts: call again with offset = next_offset, or ask for some pages only.',
  effect: 'read',
  scope: 'markitdown:read',
  openWorld: true,
  input: z.object({
    uri: documentInput.uri,
    max_chars: z.int().min(0).max(1_000_000).default(50_000).describe('Most characters to return; 0 = all'),
    offset: z.int().min(0).default(0).describe('Character to start at: next_offset of the call before'),
    pages: documentInput.pages,
    section: documentInput.section,
    content: documentInput.content,
    links: documentInput.links,
    images: z
      .enum(['name', 'alt', 'data'])
      .default('name')
      .describe('Pictures: name = ![description](name), alt = description only, data = data URI'),
    format: documentInput.format,
    charset: documentInput.charset,
    password: documentInput.password,
    ocr: documentInput.ocr,
  }),
  output: z.object({
    kind: z.string().describe('What the document is: html, docx, pdf, ...'),
    title: z.string().optional().describe('Title of the document'),
    chars: z.int().describe('Length of the whole Markdown'),
    truncated: z.boolean().describe('True when the text is a part of it'),
    next_offset: z.int().optional().describe('offset of the next part; absent at the end'),
    warnings: z.array(z.string()).optional().describe('What was left out or could not be read'),
  }),
  async run({ uri, max_chars, offset, images, ...rest }, ctx) {
    const { kind, title, totalChars, truncated, nextOffset, warnings, markdown } = await ctx.domain.convert(
      uri,
      { ...toConvertOptions(rest), maxChars: max_chars, offset, images },
      ctx,
    );
    return {
      kind,
      ...(title !== undefined && { title }),
      chars: totalChars,
      truncated,
      ...(nextOffset !== undefined && { next_offset: nextOffset }),
      ...(warnings.length > 0 && { warnings: [...warnings] }),
      markdown,
    };
  },
  render({ markdown, next_offset, chars }) {
    if (next_offset === undefined) return markdown;
    return `${markdown.trimEnd()}\n\n[${chars - next_offset} more characters: call again with offset ${next_offset}]`;
  },
});
