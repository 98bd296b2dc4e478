/** `file_delete` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { deletePath } from '../workspace/manage.ts';
import { ifVersion, path } from './parameters.ts';
import { showName } from '../workspace/names.ts';

export const remove = defineTool({
  name: 'file_delete',
  title: 'Delete',
  description: 'Deletes a file or link, or with recursive a folder.',
  effect: 'destroy',
  scope: 'file:write',
  input: z.object({
    path,
    recursive: z.boolean().optional().describe('With content.'),
    if_version: ifVersion,
  }),
  output: z.object({
    files: z.int().describe('Files.'),
    folders: z.int().describe('Folders.'),
  }),
  run: (input, ctx) =>
    ctx.domain.operation('delete', input.path, () =>
      deletePath(ctx.domain, input.path, { recursive: input.recursive ?? false, ifVersion: input.if_version, signal: ctx.signal }),
    ),
  render: ({ files, folders }, input) => `Deleted ${showName(input.path)}: ${files} files, ${folders} folders.`,
});
