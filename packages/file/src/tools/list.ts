/** `file_list` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { type ListedEntry, listFolder } from '../workspace/list.ts';
import { showName } from '../workspace/names.ts';
import { folder, ignored } from './parameters.ts';

export const list = defineTool({
  name: 'file_list',
  title: 'List a folder',
  description: 'Lists the entries of a folder.',
  effect: 'read',
  scope: 'file:read',
  input: z.object({
    path: folder,
    depth: z.int().min(1).default(1).describe('Levels.'),
    limit: z.int().min(1).default(500).describe('Most entries.'),
    cursor: z.string().optional().describe('next_cursor.'),
    hidden: z.boolean().default(true).describe('Dot names.'),
    ignored,
    sort: z.enum(['name', 'size', 'mtime']).default('name').describe('Descending.'),
    details: z.boolean().optional().describe('Size, time.'),
  }),
  output: z.object({
    total: z.int().describe('In all.'),
    shown: z.int().describe('Here.'),
    next_cursor: z.string().optional().describe('Next page.'),
    truncated: z.boolean().optional().describe('More than total.'),
  }),
  run: (input, ctx) =>
    ctx.domain.operation('list', input.path, async () => {
      const result = await listFolder(ctx.domain, {
        ...input,
        ignored: input.ignored ?? false,
        details: input.details ?? false,
        signal: ctx.signal,
      });
      return {
        ...result,
        shown: result.entries.length,
        ...(result.ended && { truncated: true }),
        ...(result.nextCursor !== undefined && { next_cursor: result.nextCursor }),
      };
    }),
  render({ entries, total, nextCursor, leftOut, ended }, { details }) {
    const lines = entries.map((entry) => toLine(entry, details ?? false));
    if (entries.length === 0) lines.push('(no entries)');
    const notes: string[] = [];
    if (nextCursor !== undefined) notes.push(`${entries.length} of ${total} entries; next: cursor "${nextCursor}".`);
    if (ended) notes.push(`There are more than these ${total} entries; list folders inside.`);
    if (leftOut > 0) notes.push(`${leftOut} hidden or ignored entries are left out.`);
    return [...lines, ...(notes.length > 0 ? [`[${notes.join(' ')}]`] : [])].join('\n');
  },
});

function toLine(entry: ListedEntry, details: boolean): string {
  const name = showName(entry.path);
  if (entry.kind === 'more') return `${name}… and ${entry.count} more`;
  const mark = entry.kind === 'folder' ? '/' : entry.kind === 'link' ? ` -> ${showName(entry.target ?? '?')}` : '';
  return details ? `${name}${mark}\t${entry.size ?? '?'}\t${entry.mtime?.toISOString().slice(0, 19) ?? '?'}Z` : name + mark;
}
