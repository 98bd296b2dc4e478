/** `/cdp/devtools/…`: the browser for Playwright, Puppeteer and other clients of the DevTools protocol, filtered. */
import { socketDefiner } from '@sandlot/core';
import { z } from 'zod';
import { cdpPaths } from '../cdp/paths.ts';
import type { Browsers } from '../pages/browsers.ts';

const define = socketDefiner<Browsers>();

/** The browser as a whole, as far as it is the caller's. */
export const cdpBrowser = define({
  path: cdpPaths.browser,
  title: 'DevTools protocol, browser',
  scope: 'browser:act',
  query: z.object({}),
  open: async (_, { domain, principal }) => (await import('../cdp/endpoint.ts')).relayFor(domain, principal),
});

/** One page of the caller. */
export const cdpPage = define({
  path: cdpPaths.page,
  title: 'DevTools protocol, one page',
  scope: 'browser:act',
  query: z.object({ target: z.string().min(1).describe('Its id, from json/list') }),
  open: async ({ target }, { domain, principal }) => (await import('../cdp/endpoint.ts')).relayFor(domain, principal, target),
});
