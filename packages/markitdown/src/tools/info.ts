/** `markitdown_info`: a look at a document before reading it. */
import { z } from 'zod';
import { outlineLines } from '../service/outline.ts';
import { defineTool } from '../define-tool.ts';
import { documentInput, toConvertOptions } from './input.ts';

export const info = defineTool({
  name: 'markitdown_info',
  title: 'Look at a document',
  description:
    'What a document is, its length as Markdown, its properties (author, dates, pages) and its outline with the offset of each heading for markitdown_convert. For a look before reading something long.',
  effect: 'read',
  scope: 'markitdown:read',
  minor: true,
  openWorld: true,
  input: z.object({
    uri: documentInput.uri,
    format: documentInput.format,
    charset: documentInput.charset,
    password: documentInput.password,
  }),
  output: z.object({
    kind: z.string().describe('What the document is: html, docx, pdf, ...'),
    title: z.string().optional().describe('Title of the document'),
    chars: z.int().describe('Length of its Markdown'),
    properties: z.array(z.string()).describe('Author, dates, number of pages: "pages: 12"'),
    outline: z.array(z.string()).describe('Headings with # for their level, and their offset'),
    warnings: z.array(z.string()).optional().describe('What cannot be read'),
  }),
  async run({ uri, ...rest }, ctx) {
    const { kind, title, totalChars, metadata, outline, warnings } = await ctx.domain.convert(
      uri,
      { ...toConvertOptions(rest), images: 'alt' },
      ctx,
    );
    return {
      kind,
      ...(title !== undefined && { title }),
      chars: totalChars,
      properties: Object.entries(metadata).map(([name, value]) => `${name}: ${value}`),
      outline: outlineLines(outline).map(({ line, offset }) => `${line} @${offset}`),
      ...(warnings.length > 0 && { warnings: [...warnings] }),
    };
  },
  render: ({ kind, title, chars, properties, outline }) =>
    [`${kind}${title === undefined ? '' : `: ${title}`}, ${chars} characters`, ...properties, ...outline].join('\n'),
});
