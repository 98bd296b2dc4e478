/** `file_diff` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { diffCheckpoints } from '../undo/undo.ts';
import { showName } from '../workspace/names.ts';

export const diff = defineTool({
  name: 'file_diff',
  title: 'Compare with a checkpoint',
  description: 'Shows what changed between a checkpoint and now, or another checkpoint, also when commands changed it.',
  effect: 'read',
  scope: 'file:read',
  group: 'undo',
  input: z.object({
    from: z.string().describe('Checkpoint.'),
    to: z.string().optional().describe('Later checkpoint; now when it is left out.'),
    path: z.string().optional().describe('Only this file or folder, relative to the workspace.'),
    max_bytes: z.int().min(100).max(1_000_000).default(50_000).describe('Most bytes of text.'),
  }),
  output: z.object({
    changed: z.int().describe('Paths that differ.'),
    truncated: z.boolean().describe('Not all is shown.'),
  }),
  run: (input, ctx) =>
    ctx.domain.operation('diff', input.path ?? '.', async () => {
      const changes = await diffCheckpoints(ctx.domain, ctx.principal, { ...input, signal: ctx.signal });
      const blocks = changes.map(({ kind, path, diff: text }) => `${kind} ${showName(path)}${text === undefined ? '' : `\n${text}`}`);
      let left = input.max_bytes;
      const shown = blocks.filter((block) => (left -= Buffer.byteLength(block) + 1) >= 0);
      return { changed: changes.length, truncated: shown.length < blocks.length, shown };
    }),
  render({ changed, shown }) {
    if (changed === 0) return 'Nothing changed.';
    return [
      ...shown,
      ...(shown.length < changed ? [`[${changed - shown.length} of ${changed} changes are not shown; name a path.]`] : []),
    ].join('\n');
  },
});
