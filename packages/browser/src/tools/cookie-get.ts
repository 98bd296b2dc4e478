import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { listCookies } from '../pages/storage.ts';
import { unlisted } from './fields.ts';

export const browserCookieGet = defineTool({
  name: 'browser_cookie_get',
  title: 'Get a cookie',
  description: 'Get cookies by their name.',
  effect: 'read',
  scope: 'browser:read',
  group: 'storage',
  input: z.object({ name: z.string().describe('Name') }),
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
