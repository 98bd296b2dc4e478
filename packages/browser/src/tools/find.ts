import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { find, type Found } from '../pages/find.ts';
import { filename, tabId, unlisted } from './fields.ts';

export const browserFind = defineTool({
  name: 'browser_find',
  title: 'Find',
  description: 'Search the page; answers with refs.',
  effect: 'read',
  scope: 'browser:read',
  openWorld: true,
  input: z.object({
    text: z.string().optional().describe('Any case'),
    regex: z.string().optional().describe('Instead of text'),
    maxResults: z.int().optional().describe('Default 20'),
    filename,
    tabId,
  }),
  output: unlisted(
    z.object({
      url: z.string().describe('Page URL'),
      total: z.number().describe('Matches in the page'),
      path: z.string().optional().describe('File written'),
    }),
  ),
  async run({ maxResults = 20, filename: file, ...input }, { domain, principal, signal }) {
    const session = await domain.session(principal);
    const found: Found & { path?: string } = await find(session, { ...input, maxResults, signal });
    return file === undefined ? found : { ...found, path: await session.files.write(file, `${found.lines.join('\n')}\n`) };
  },
  render({ lines, total, path }) {
    if (total === 0) return 'No match in the page.';
    if (path !== undefined) return `${lines.length} of ${total} matches written to ${path}`;
    return `### ${total} match${total > 1 ? 'es' : ''}${lines.length < total ? `, the first ${lines.length}` : ''} (untrusted page content)\n${lines.join('\n')}`;
  },
});
