import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { setCookie } from '../pages/storage.ts';
import { unlisted } from './fields.ts';

export const browserCookieSet = defineTool({
  name: 'browser_cookie_set',
  title: 'Set a cookie',
  description: 'Set a cookie, for the current page or a domain.',
  effect: 'write',
  scope: 'browser:act',
  group: 'storage',
  input: z.object({
    name: z.string().describe('Name'),
    value: z.string().describe('Value'),
    domain: z.string().optional().describe('Default: of the current page'),
    path: z.string().optional().describe('Default /'),
    expires: z.number().optional().describe('Seconds since 1970'),
    httpOnly: z.boolean().optional().describe('Hidden from scripts'),
    secure: z.boolean().optional().describe('For https only'),
    sameSite: z.enum(['Strict', 'Lax', 'None']).optional().describe('Cross-site use'),
  }),
  output: unlisted(z.object({ name: z.string().describe('Name') })),
  async run(input, { domain, principal }) {
    await setCookie(await domain.session(principal), input);
    return { name: input.name };
  },
  render: ({ name }) => `Cookie ${name} is set.`,
});
