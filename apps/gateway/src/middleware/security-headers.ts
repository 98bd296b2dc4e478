/** Headers that keep answers out of caches, referrers and foreign pages. No CORS header is ever set: no foreign page may read an answer. */
import type { MiddlewareHandler } from 'hono';
import type { GatewayEnv } from './auth.ts';

/** On every answer; a route that brings one of its own, such as a page's policy, keeps that. */
export const securityHeaderValues = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'X-Frame-Options': 'DENY',
};

/** Sets them. */
export function securityHeaders(): MiddlewareHandler<GatewayEnv> {
  return async function securityHeaders(c, next) {
    const outgoing = c.env?.outgoing;
    // On Node's own response, so that no `Headers` need be made for each answer.
    for (const [name, value] of Object.entries(securityHeaderValues)) outgoing?.setHeader(name, value);
    await next();
    if (outgoing) return;
    for (const [name, value] of Object.entries(securityHeaderValues)) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  };
}
