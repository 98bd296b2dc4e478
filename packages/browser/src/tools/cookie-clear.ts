import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { removeCookies } from '../pages/storage.ts';
import { unlisted } from './fields.ts';

export const browserCookieClear = defineTool({
  name: 'browser_cookie_clear',
  title: 'Clear cookies',
  description: 'Delete all cookies of all sites.',
  effect: 'destroy',
  scope: 'browser:act',
  group: 'storage',
  input: z.object({}),
  output: unlisted(z.object({ removed: z.number().describe('How many') })),
  async run(_, { domain, principal }) {
    return { removed: await removeCookies(await domain.session(principal)) };
  },
  render: ({ removed }) => `${removed} cookies removed.`,
});
