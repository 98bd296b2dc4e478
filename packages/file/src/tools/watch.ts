/** `file_watch` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { showName } from '../workspace/names.ts';

const shownChanges = 1000;

export const watch = defineTool({
  name: 'file_watch',
  title: 'Watch a folder',
  description:
    'Tells what changed in a folder, whoever changed it. The first call gives a cursor; with it the next ones give what is different since then, and a new cursor.',
  effect: 'read',
  scope: 'file:read',
  group: 'watch',
  input: z.object({
    path: z.string().default('.').describe('Folder; taken from the cursor when there is one.'),
    cursor: z.string().optional().describe('From the last answer.'),
    wait_ms: z.int().min(0).max(600_000).default(0).describe('Wait so long for a change.'),
    ignored: z.boolean().optional().describe('Include what .gitignore leaves out.'),
  }),
  output: z.object({
    changes: z.int().describe('Paths that are different.'),
    cursor: z.string().describe('For the next call.'),
  }),
  run: ({ path, cursor, wait_ms, ignored = false }, ctx) =>
    ctx.domain.operation('watch', path, async () => {
      const result = await ctx.domain.watches.changes(ctx.domain, ctx.principal, {
        path,
        cursor,
        waitMs: wait_ms,
        ignored,
        signal: ctx.signal,
      });
      return { changes: result.changes.length, cursor: result.cursor, list: result.changes };
    }),
  render({ list, cursor }, input) {
    const lines = list.slice(0, shownChanges).map(({ kind, path }) => `${kind} ${showName(path)}`);
    if (list.length > shownChanges) lines.push(`… ${list.length - shownChanges} more`);
    if (list.length === 0) lines.push(input.cursor === undefined ? 'Watching.' : 'Nothing changed.');
    return [...lines, `[cursor ${cursor}]`].join('\n');
  },
});
