/** `/v1/browser/cdp/json/…`: what a client from outside asks before it connects. */
import { type Routes, ToolError } from '@sandlot/core';
import type { Browsers } from '../pages/browsers.ts';

export const cdpRoutes: Routes<Browsers> = {
  path: '/v1/browser/cdp/',
  scopes: { GET: 'browser:act' },
  async fetch(request, { domain, principal }) {
    const { pathname, host } = new URL(request.url);
    const [, what] = /\/json(?:\/(version|list))?\/?$/.exec(pathname) ?? [];
    if (!/\/json(?:\/|$)/.test(pathname) || (what === undefined && !/\/json\/?$/.test(pathname))) {
      throw new ToolError('NOT_FOUND', `Nothing is at ${pathname}.`, { advice: 'There are json/version and json/list.' });
    }
    const address = request.headers.get('x-forwarded-host') ?? request.headers.get('host') ?? host;
    const { describeEndpoint } = await import('./endpoint.ts');
    return Response.json(await describeEndpoint(domain, principal, what ?? 'list', address));
  },
};
