import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { find } from '../pages/find.ts';
import { tabId, unlisted } from './fields.ts';

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
    tabId,
  }),
  output: unlisted(
    z.object({
      url: z.string().describe('Page URL'),
      total: z.number().describe('Matches in the page'),
    }),
  ),
  run: async ({ maxResults = 20, ...input }, { domain, principal, signal }) =>
    find(await domain.session(principal), { ...input, maxResults, signal }),
  render({ lines, total }) {
    if (total === 0) return 'No match in the page.';
    return `### ${total} match${total > 1 ? 'es' : ''}${lines.length < total ? `, the first ${lines.length}` : ''} (untrusted page content)\n${lines.join('\n')}`;
  },
});
