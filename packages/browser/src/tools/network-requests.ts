import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { listRequests } from '../pages/network.ts';
import { deliver } from '../pages/read-page.ts';
import { filename, tabId, unlisted } from './fields.ts';
import { renderText } from './render-part.ts';

export const browserNetworkRequests = defineTool({
  name: 'browser_network_requests',
  title: 'Network requests',
  description: 'Requests of the page, with status.',
  effect: 'read',
  scope: 'browser:read',
  minor: true,
  openWorld: true,
  input: z.object({
    static: z.boolean().optional().describe('Pictures, scripts, styles too'),
    filter: z.string().min(1).optional().describe('Regular expression for the URL'),
    limit: z.number().int().min(1).max(500).optional().describe('Newest, default 100'),
    filename,
    tabId,
  }),
  output: unlisted(
    z.object({
      url: z.string().describe('Page URL'),
      total: z.number().describe('Requests that fit'),
      cursor: z.string().optional().describe('For the rest'),
      path: z.string().optional().describe('File written'),
    }),
  ),
  async run({ static: withStatic = false, limit = 100, filename: file, ...rest }, { domain, principal, signal }) {
    const session = await domain.session(principal);
    const { url, lines } = await listRequests(session, { ...rest, withStatic, signal });
    return { url, total: lines.length, ...(await deliver(session, lines.slice(-limit).join('\n'), { filename: file, maxChars: 20_000 })) };
  },
  render: (part) => renderText(part, `${part.total} requests`),
});
