/** Who comes to a UI: with a key in a header, with a one-time ticket, or with the pass that a browser got for a ticket. */
import { ToolError } from '@sandlot/core';
import { keyOf } from '@sandlot/core/http';
import type { Context } from 'hono';
import type { Principal } from '../auth/principal.ts';
import { requireScopes } from '../auth/scopes.ts';
import type { GatewayEnv } from '../middleware/auth.ts';
import { isHttps } from './headers.ts';
import type { Passes } from './passes.ts';
import { type Place, scopeOf } from './place.ts';

/**
 * The principal of a pass; undefined when there is none, or it is not good here.
 *
 * A cookie is believed only where it was this page's own decision to send it: a page of a sibling host is the same site, but not the same origin.
 */
export function callerOfPass(c: Context<GatewayEnv>, place: Place, passes: Passes): Principal | undefined {
  if (place.form === 'strip' || place.form === 'keep') return place.pass === undefined ? undefined : passes.find([place.pass], place);
  const { headers } = c.req.raw;
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return undefined;
  return passes.find(passes.inCookies(headers.get('cookie')), place);
}

/** True for a browser that opens a page with a ticket: it gets a pass for what the page loads. */
export function isArrival(c: Context<GatewayEnv>): boolean {
  const { headers } = c.req.raw;
  if (c.req.method !== 'GET' || c.env?.upgrade || c.req.query('ticket') === undefined || keyOf(headers) !== undefined) return false;
  return headers.get('sec-fetch-mode') === 'navigate' || (headers.get('accept') ?? '').includes('text/html');
}

/**
 * Gives a browser its pass, and leads it to the same page without the ticket.
 *
 * A page does that, and not a redirect: after a redirect the visit would still count as one from the site that linked here, and would
 * come without the cookie.
 *
 * @param base part of the URL before the gateway's own paths
 */
export function welcomeIn(c: Context<GatewayEnv>, place: Place, passes: Passes, base: string): Response {
  const caller = c.get('caller');
  requireScopes(caller, [scopeOf(place)]);
  const pass = passes.issue(caller, place);
  const inPath = place.form === 'strip' || place.form === 'keep';
  const folder = place.form === 'host' ? '' : `${base}${place.path.slice(0, -1)}`;
  const url = `${folder}${inPath ? `~${pass}` : ''}${place.rest}${withoutTicket(new URL(c.req.url).search)}`;
  // A path of two slashes would be another host.
  if (url.startsWith('//')) throw new ToolError('INVALID_ARGUMENT', `No page is at "${url.slice(0, 100)}".`);
  const shown = url.replaceAll(/[&"<>]/g, (char) => `&#${char.charCodeAt(0)};`);
  const headers = new Headers({
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'self'",
    'X-Frame-Options': 'SAMEORIGIN',
  });
  if (!inPath) {
    const secure = isHttps(c.req.raw.headers) ? '; Secure' : '';
    headers.set('Set-Cookie', `${passes.cookie}=${pass}; Path=${folder}/; HttpOnly; SameSite=Strict${secure}`);
  }
  return new Response(
    `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${shown}"><title>Opening…</title>\n`,
    { headers },
  );
}

/** The query as it came, without what opened the page. */
export function withoutTicket(search: string): string {
  const kept = search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !/^ticket(?:=|$)/.test(pair));
  return kept.length > 0 ? `?${kept.join('&')}` : '';
}
