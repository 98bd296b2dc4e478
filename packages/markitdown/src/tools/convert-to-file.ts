/** `markitdown_convert_to_file`: a document as a Markdown file in the workspace. */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { documentInput, toConvertOptions } from './input.ts';

export const convertToFile = defineTool({
  name: 'markitdown_convert_to_file',
  title: 'Convert to a Markdown file',
  description:
    'Converts a document like markitdown_convert, but writes the Markdown to a file in the workspace, and its pictures too when image_dir is given. For documents too long to read at once.',
  effect: 'write',
  scope: 'markitdown:write',
  openWorld: true,
  input: z.object({
    uri: documentInput.uri,
    output_path: z.string().min(1).describe('Markdown file to write, in the workspace'),
    image_dir: z
      .string()
      .optional()
      .describe('Folder in the workspace for pictures; the Markdown links them. Default: pictures are named only'),
    overwrite: z.boolean().default(false).describe('Replace an existing file'),
    pages: documentInput.pages,
    section: documentInput.section,
    content: documentInput.content,
    links: documentInput.links,
    format: documentInput.format,
    charset: documentInput.charset,
    password: documentInput.password,
    ocr: documentInput.ocr,
  }),
  output: z.object({
    path: z.string().describe('The written file, relative to the workspace'),
    kind: z.string().describe('What the document is'),
    title: z.string().optional().describe('Title of the document'),
    chars: z.int().describe('Characters written'),
    images: z.array(z.string()).describe('Written pictures, relative to the workspace'),
    outline: z.array(z.string()).describe('Headings, with # for their level'),
    warnings: z.array(z.string()).optional().describe('What was left out or could not be read'),
  }),
  async run({ uri, output_path, image_dir, overwrite, ...rest }, ctx) {
    return ctx.domain.convertToFile(uri, { outputPath: output_path, imageFolder: image_dir, overwrite }, toConvertOptions(rest), ctx);
  },
  render: ({ path, chars, images, outline }) =>
    [`Wrote ${chars} characters to ${path}${images.length > 0 ? ` and ${images.length} pictures` : ''}.`, ...outline].join('\n'),
});
