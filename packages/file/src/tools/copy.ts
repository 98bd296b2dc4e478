/** `file_copy` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { copyPath } from '../workspace/copy.ts';
import { omission } from './parameters.ts';
import { showName } from '../workspace/names.ts';

export const copy = defineTool({
  name: 'file_copy',
  title: 'Copy',
  description: 'Copies a file, or with recursive a folder.',
  effect: 'destroy',
  group: 'manage',
  scope: 'file:write',
  input: z.object({
    source: z.string().describe('Path.'),
    destination: z.string().describe('Full path of the copy.'),
    overwrite: z.boolean().optional().describe('Replace a file.'),
    recursive: z.boolean().optional().describe('Copy a folder.'),
  }),
  output: z.object({
    files: z.int().describe('Files.'),
    folders: z.int().describe('Folders.'),
    ...omission,
  }),
  run: ({ source, destination, overwrite = false, recursive = false }, ctx) =>
    ctx.domain.operation('copy', source, async () => {
      const copied = await copyPath(ctx.domain, source, destination, { overwrite, recursive, signal: ctx.signal });
      return { ...copied, ...copied.leftOut.facts };
    }),
  render: ({ files, folders, leftOut }, { source, destination }) =>
    [`Copied ${showName(source)} to ${showName(destination)}: ${files} files, ${folders} folders.`, ...leftOut.notes].join('\n'),
});
