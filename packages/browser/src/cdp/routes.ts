/** `/v1/browser/cdp/json/…`: what a client from outside asks before it connects. */
import { type Routes, ToolError } from '@sandlot/core';
import type { Browsers } from '../pages/browsers.ts';

export const cdpRoutes: Routes<Browsers> = {
  path: '/v1/browser/cdp/',
  // Where a debugging port has it, and AIO Sandbox.
  aliases: { '/cdp/json/': '/v1/browser/cdp/json/', '/json/': '/v1/browser/cdp/json/' },
  scopes: { GET: 'browser:act' },
  async fetch(request, { domain, principal }) {
    const { pathname, host } = new URL(request.url);
    const [, what] = /\/json(?:\/(version|list))?\/?$/.exec(pathname) ?? [];
    if (!/\/json(?:\/|$)/.test(pathname) || (what === undefined && !/\/json\/?$/.test(pathname))) {
      throw new ToolError('NOT_FOUND', `Nothing is at ${pathname}.`, { advice: 'There are json/version and json/list.' });
    }
    const given = (name: string) => request.headers.get(`x-forwarded-${name}`)?.split(',')[0]?.trim();
    const scheme = given('proto') === 'https' ? 'wss' : 'ws';
    const address = `${scheme}://${given('host') ?? request.headers.get('host') ?? host}${given('prefix') ?? ''}`;
    const { describeEndpoint } = await import('./endpoint.ts');
    return Response.json(await describeEndpoint(domain, principal, what ?? 'list', address));
  },
};
