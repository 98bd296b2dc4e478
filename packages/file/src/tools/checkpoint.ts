/** `file_checkpoint` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { makeCheckpoint } from '../undo/undo.ts';
import { showName } from '../workspace/names.ts';
import { omission } from './parameters.ts';

const shownPaths = 50;

export const checkpoint = defineTool({
  name: 'file_checkpoint',
  title: 'Make a checkpoint',
  description: 'Keeps the state of the workspace (without what .gitignore leaves out), to compare with or go back to, whoever changes it.',
  effect: 'write',
  scope: 'file:write',
  group: 'undo',
  input: z.object({ label: z.string().max(200).default('').describe('For you: why.') }),
  output: z.object({
    checkpoint: z.string().describe('Its id.'),
    files: z.int().describe('Files in it.'),
    changed: z.int().describe('Paths that differ from the checkpoint before.'),
    ...omission,
  }),
  run: ({ label }, ctx) =>
    ctx.domain.operation('checkpoint', '.', async () => {
      const { made, changes, before, leftOut } = await makeCheckpoint(ctx.domain, ctx.principal, label, ctx.signal);
      const files = Object.values(made.entries).filter(({ kind }) => kind === 'file').length;
      return { checkpoint: made.id, files, changed: changes.length, ...leftOut.facts, changes, before, leftOut };
    }),
  render({ checkpoint: id, files, changes, before, leftOut }) {
    const lines = changes.slice(0, shownPaths).map(({ kind, path }) => `${kind} ${showName(path)}`);
    if (changes.length > shownPaths) lines.push(`… ${changes.length - shownPaths} more`);
    const earlier = before.slice(0, 10).map((each) => `${each.id} ${each.time} ${showName(each.label)}`);
    const since =
      before.length > 0
        ? [`Changed since ${before[0]?.id}:`, ...(lines.length > 0 ? lines : ['nothing']), 'Earlier checkpoints:', ...earlier]
        : [];
    return [`Checkpoint ${id}: ${files} files.`, ...leftOut.notes, ...since].join('\n');
  },
});
