/** `file_glob` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { findPaths } from '../search/find.ts';
import { showName } from '../workspace/names.ts';
import { folder, ignored } from './parameters.ts';

export const glob = defineTool({
  name: 'file_glob',
  title: 'Find files by name',
  description: 'Finds paths by a glob such as src/**/*.{ts,js}, newest first. Without a slash it matches names at any depth.',
  effect: 'read',
  scope: 'file:read',
  input: z.object({
    pattern: z.string().describe('Glob.'),
    path: folder,
    limit: z.int().min(1).max(10_000).default(200).describe('Most paths.'),
    sort: z.enum(['mtime', 'name']).default('mtime').describe('Order.'),
    ignored,
    type: z.enum(['file', 'dir', 'any']).default('file').describe('Kind.'),
  }),
  output: z.object({
    total: z.int().describe('Paths found.'),
    truncated: z.boolean().describe('Not all are shown.'),
  }),
  run: (input, ctx) => ctx.domain.operation('glob', input.path, () => findPaths(ctx.domain, { ...input, signal: ctx.signal })),
  render({ paths, total, timedOut }, input) {
    if (paths.length === 0)
      return `No path matches "${input.pattern}".${input.ignored ? '' : ' What .gitignore leaves out was not searched.'}`;
    const notes: string[] = [];
    if (paths.length < total) notes.push(`${paths.length} of ${total} paths.`);
    if (timedOut) notes.push('The time limit was reached; there may be more.');
    return [...paths.map(showName), ...(notes.length > 0 ? [`[${notes.join(' ')}]`] : [])].join('\n');
  },
});
