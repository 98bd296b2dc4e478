/** `file_delete` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { deletePath } from '../workspace/manage.ts';
import { ifVersion, path } from './parameters.ts';

export const remove = defineTool({
  name: 'file_delete',
  title: 'Delete',
  description: 'Deletes a file or link, or with recursive a folder. Links are not followed.',
  effect: 'destroy',
  scope: 'file:write',
  input: z.object({
    path,
    recursive: z.boolean().default(false).describe('Delete a folder with all in it.'),
    if_version: ifVersion,
  }),
  output: z.object({
    files: z.int().describe('Files and links deleted.'),
    folders: z.int().describe('Folders deleted.'),
  }),
  run: (input, ctx) =>
    ctx.domain.operation('delete', input.path, () =>
      deletePath(ctx.domain, input.path, { recursive: input.recursive, ifVersion: input.if_version, signal: ctx.signal }),
    ),
  render: ({ files, folders }, input) => `Deleted ${input.path}: ${files} files, ${folders} folders.`,
});
