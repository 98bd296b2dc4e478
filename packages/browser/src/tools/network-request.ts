import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { readRequest, requestParts } from '../pages/network.ts';
import { deliver } from '../pages/read-page.ts';
import { filename, tabId, unlisted } from './fields.ts';
import { renderText } from './render-part.ts';

export const browserNetworkRequest = defineTool({
  name: 'browser_network_request',
  title: 'One network request',
  description: 'Headers and bodies of a request.',
  effect: 'read',
  scope: 'browser:read',
  minor: true,
  openWorld: true,
  input: z.object({
    index: z.number().int().min(1).describe('Its number in browser_network_requests'),
    part: z.enum(requestParts).optional().describe('Default all'),
    filename,
    tabId,
  }),
  output: unlisted(
    z.object({
      url: z.string().describe('Its URL'),
      cursor: z.string().optional().describe('For the rest'),
      path: z.string().optional().describe('File written'),
    }),
  ),
  async run({ filename: file, ...rest }, { domain, principal, signal }) {
    const session = await domain.session(principal);
    const { url, text } = await readRequest(session, { ...rest, signal });
    return { url, ...(await deliver(session, text, { filename: file, maxChars: 20_000 })) };
  },
  render: (part) => renderText(part, 'Request'),
});
