/** `file_move` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { movePath } from '../workspace/manage.ts';

export const move = defineTool({
  name: 'file_move',
  title: 'Move or rename',
  description: 'Moves or renames a file, folder or link. Makes missing folders.',
  effect: 'destroy',
  scope: 'file:write',
  input: z.object({
    source: z.string().describe('Path.'),
    destination: z.string().describe('New full path.'),
    overwrite: z.boolean().default(false).describe('Replace a file there.'),
  }),
  output: z.object({ replaced: z.boolean().describe('A file was replaced.') }),
  run: ({ source, destination, overwrite }, ctx) =>
    ctx.domain.operation('move', source, () => movePath(ctx.domain, source, destination, overwrite)),
  render: (_, { source, destination }) => `Moved ${source} to ${destination}.`,
});
