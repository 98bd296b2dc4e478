/** `file_glob` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { findPaths } from '../search/find.ts';
import { quote, showName } from '../workspace/names.ts';
import { endNotes, folder, ignored } from './parameters.ts';

export const glob = defineTool({
  name: 'file_glob',
  title: 'Find files',
  description: 'Finds paths, newest first. A glob without slash matches at any depth.',
  effect: 'read',
  scope: 'file:read',
  input: z.object({
    pattern: z.string().describe('Such as src/**/*.ts.'),
    path: folder,
    limit: z.int().min(1).default(200).describe('Most paths.'),
    sort: z.enum(['mtime', 'name']).default('mtime').describe('Order.'),
    ignored,
    type: z.enum(['file', 'dir', 'any']).default('file').describe('Kind.'),
  }),
  output: z.object({
    total: z.int().describe('Found.'),
    truncated: z.boolean().describe('Incomplete.'),
  }),
  run: (input, ctx) =>
    ctx.domain.operation('glob', input.path, async () => {
      const result = await findPaths(ctx.domain, { ...input, ignored: input.ignored ?? false, signal: ctx.signal });
      return result;
    }),
  render(result, input) {
    const { paths, total } = result;
    const notes = endNotes(result);
    if (paths.length === 0)
      return [
        `No path matches ${quote(input.pattern)}.`,
        ...(input.ignored ? [] : ['What .gitignore leaves out was not searched.']),
        ...notes,
      ].join(' ');
    if (paths.length < total) notes.push(`${paths.length} of ${total} paths.`);
    return [...paths.map(showName), ...(notes.length > 0 ? [`[${notes.join(' ')}]`] : [])].join('\n');
  },
});
