import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { unlisted } from './fields.ts';

export const browserNetworkStateSet = defineTool({
  name: 'browser_network_state_set',
  title: 'Network on or off',
  description: 'Take your pages off the network, or back on.',
  effect: 'write',
  scope: 'browser:act',
  group: 'network',
  idempotent: true,
  input: z.object({ state: z.enum(['online', 'offline']).describe('Wanted state') }),
  output: unlisted(z.object({ state: z.string().describe('State now') })),
  async run({ state }, { domain, principal }) {
    const { context } = await domain.session(principal);
    await context.setOffline(state === 'offline');
    return { state };
  },
  render: ({ state }) => `Pages are ${state}.`,
});
