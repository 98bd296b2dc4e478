import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { unlisted } from './fields.ts';

export const browserRoute = defineTool({
  name: 'browser_route',
  title: 'Mock requests',
  description: 'Answer requests of pages in place of the network, let them fail, or change their headers.',
  effect: 'write',
  scope: 'browser:act',
  group: 'network',
  input: z.object({
    pattern: z.string().min(1).describe('Glob for the URL: **/api/users'),
    status: z.number().int().min(100).max(599).optional().describe('Answer with it, default 200 with a body'),
    body: z.string().optional().describe('Answer with it'),
    contentType: z.string().optional().describe('Of the body'),
    headers: z.array(z.string()).optional().describe('"Name: value"; of the answer, else of the request'),
    removeHeaders: z.string().optional().describe('Of the request, by commas'),
    abort: z.boolean().optional().describe('Let the request fail'),
  }),
  output: unlisted(z.object({ routes: z.number().describe('Routes now set') })),
  async run(mock, { domain, principal }) {
    const { mocks } = await domain.session(principal);
    await mocks.add(mock);
    return { routes: mocks.list.length };
  },
  render: ({ routes }, { pattern }) => `${pattern} is routed (${routes} in all).`,
});
