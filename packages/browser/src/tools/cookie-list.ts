import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { listCookies } from '../pages/storage.ts';
import { unlisted } from './fields.ts';

export const browserCookieList = defineTool({
  name: 'browser_cookie_list',
  title: 'List cookies',
  description: 'List the cookies, of all sites or one.',
  effect: 'read',
  scope: 'browser:read',
  group: 'storage',
  input: z.object({ domain: z.string().optional().describe('End of the host'), path: z.string().optional().describe('Path') }),
  output: unlisted(
    z.object({
      cookies: z.array(z.object({ name: z.string(), value: z.string(), domain: z.string(), path: z.string() })).describe('Cookies'),
    }),
  ),
  async run(input, { domain, principal }) {
    const cookies = await listCookies(await domain.session(principal), input);
    return { cookies: cookies.map(({ name, value, domain: host, path }) => ({ name, value, domain: host, path })) };
  },
  render: ({ cookies }) =>
    cookies.length === 0
      ? 'No cookies.'
      : cookies.map(({ name, value, domain: host, path }) => `- ${name}=${value} (${host}${path})`).join('\n'),
});
