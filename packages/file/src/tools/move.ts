/** `file_move` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { movePath } from '../workspace/manage.ts';
import { showName } from '../workspace/names.ts';

export const move = defineTool({
  name: 'file_move',
  title: 'Move or rename',
  description: 'Moves a file, folder or link.',
  effect: 'destroy',
  scope: 'file:write',
  input: z.object({
    source: z.string().describe('Path.'),
    destination: z.string().describe('New path.'),
    overwrite: z.boolean().optional().describe('Replace.'),
  }),
  output: z.object({ replaced: z.boolean().describe('Replaced.'), version: z.string().optional().describe('Of a file.') }),
  run: ({ source, destination, overwrite }, ctx) =>
    ctx.domain.operation('move', source, () => movePath(ctx.domain, source, destination, overwrite ?? false)),
  render: (_, { source, destination }) => `Moved ${showName(source)} to ${showName(destination)}.`,
});
