/** `file_restore` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { restoreCheckpoint } from '../undo/undo.ts';
import { showName } from '../workspace/names.ts';

const shownPaths = 100;

export const restore = defineTool({
  name: 'file_restore',
  title: 'Go back to a checkpoint',
  description: 'Puts the workspace, or one path, back to a checkpoint. The present state becomes a checkpoint first, so nothing is lost.',
  effect: 'destroy',
  scope: 'file:write',
  group: 'undo',
  idempotent: true,
  input: z.object({
    checkpoint: z.string().describe('Its id.'),
    path: z.string().optional().describe('Only this file or folder, relative to the workspace.'),
  }),
  output: z.object({
    restored: z.int().describe('Paths put back.'),
    skipped: z.int().describe('Paths left as they are.'),
    checkpoint: z.string().describe('The state before.'),
  }),
  run: (input, ctx) =>
    ctx.domain.operation('restore', input.path ?? '.', async () => {
      const result = await restoreCheckpoint(ctx.domain, ctx.principal, { ...input, signal: ctx.signal });
      return { restored: result.changes.length, skipped: result.skipped.length, checkpoint: result.safety, result };
    }),
  render({ result: { changes, skipped, safety } }) {
    const words = { added: 'brought back', changed: 'put back', deleted: 'removed' } as const;
    const lines = changes.slice(0, shownPaths).map(({ kind, path }) => `${words[kind]} ${showName(path)}`);
    if (changes.length > shownPaths) lines.push(`… ${changes.length - shownPaths} more`);
    return [
      ...lines,
      ...skipped.map(({ path, why }) => `left ${showName(path)}: ${why}`),
      `The state before is checkpoint ${safety}.`,
    ].join('\n');
  },
});
