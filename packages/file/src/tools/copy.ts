/** `file_copy` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { copyPath } from '../workspace/manage.ts';

export const copy = defineTool({
  name: 'file_copy',
  title: 'Copy',
  description: 'Copies a file, or with recursive a folder. Makes missing folders.',
  effect: 'destroy',
  scope: 'file:write',
  input: z.object({
    source: z.string().describe('Path.'),
    destination: z.string().describe('Full path of the copy.'),
    overwrite: z.boolean().default(false).describe('Replace a file there.'),
    recursive: z.boolean().default(false).describe('Copy a folder.'),
  }),
  output: z.object({
    files: z.int().describe('Files and links copied.'),
    folders: z.int().describe('Folders made.'),
  }),
  run: ({ source, destination, ...options }, ctx) =>
    ctx.domain.operation('copy', source, () => copyPath(ctx.domain, source, destination, { ...options, signal: ctx.signal })),
  render: ({ files, folders }, { source, destination }) => `Copied ${source} to ${destination}: ${files} files, ${folders} folders.`,
});
