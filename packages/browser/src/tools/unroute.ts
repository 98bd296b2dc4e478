import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { unlisted } from './fields.ts';

export const browserUnroute = defineTool({
  name: 'browser_unroute',
  title: 'Stop mocking',
  description: 'Remove routes that browser_route set.',
  effect: 'write',
  scope: 'browser:act',
  group: 'network',
  idempotent: true,
  input: z.object({ pattern: z.string().optional().describe('Default: all') }),
  output: unlisted(z.object({ removed: z.number().describe('How many there were') })),
  async run({ pattern }, { domain, principal }) {
    const { mocks } = await domain.session(principal);
    return { removed: await mocks.remove(pattern) };
  },
  render: ({ removed }) => `${removed} routes removed.`,
});
