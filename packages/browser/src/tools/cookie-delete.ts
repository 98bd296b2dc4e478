import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { removeCookies } from '../pages/storage.ts';
import { unlisted } from './fields.ts';

export const browserCookieDelete = defineTool({
  name: 'browser_cookie_delete',
  title: 'Delete a cookie',
  description: 'Delete cookies by their name.',
  effect: 'destroy',
  scope: 'browser:act',
  group: 'storage',
  input: z.object({ name: z.string().describe('Name') }),
  output: unlisted(z.object({ removed: z.number().describe('How many') })),
  async run(input, { domain, principal }) {
    return { removed: await removeCookies(await domain.session(principal), input.name) };
  },
  render: ({ removed }) => `${removed} cookies removed.`,
});
