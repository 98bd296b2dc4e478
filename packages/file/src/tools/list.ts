/** `file_list` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { type ListedEntry, listFolder } from '../workspace/list.ts';
import { showName } from '../workspace/names.ts';
import { folder, ignored } from './parameters.ts';

export const list = defineTool({
  name: 'file_list',
  title: 'List a folder',
  description: 'Lists a folder, one entry a line; folders end with "/".',
  effect: 'read',
  scope: 'file:read',
  input: z.object({
    path: folder,
    depth: z.int().min(1).max(1000).default(1).describe('Levels of folders.'),
    limit: z.int().min(1).max(10_000).default(500).describe('Most entries.'),
    cursor: z.string().optional().describe('next_cursor of the last page.'),
    hidden: z.boolean().default(true).describe('Include names with a dot.'),
    ignored,
    sort: z.enum(['name', 'size', 'mtime']).default('name').describe('Largest or newest first.'),
    details: z.boolean().default(false).describe('Show size and time.'),
  }),
  output: z.object({
    total: z.int().describe('Entries in all.'),
    shown: z.int().describe('Entries of this page.'),
    next_cursor: z.string().optional().describe('Next page.'),
  }),
  run: (input, ctx) =>
    ctx.domain.operation('list', input.path, async () => {
      const result = await listFolder(ctx.domain, { ...input, signal: ctx.signal });
      return { ...result, shown: result.entries.length, ...(result.nextCursor !== undefined && { next_cursor: result.nextCursor }) };
    }),
  render({ entries, total, nextCursor, leftOut }, { details }) {
    const lines = entries.map((entry) => toLine(entry, details));
    if (entries.length === 0) lines.push('(no entries)');
    const notes: string[] = [];
    if (nextCursor !== undefined) notes.push(`${entries.length} of ${total} entries; next: cursor "${nextCursor}".`);
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
