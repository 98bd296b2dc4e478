/** Headers that keep answers out of caches, referrers and foreign pages. No CORS header is ever set: no foreign page may read an answer. */
import type { MiddlewareHandler } from 'hono';
import type { GatewayEnv } from './auth.ts';

/** For HTML that brings no policy of its own. */
const htmlPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/** Sets them on every answer. */
export function securityHeaders(): MiddlewareHandler<GatewayEnv> {
  return async function securityHeaders(c, next) {
    await next();
    const { headers } = c.res;
    headers.set('X-Content-Type-Options', 'nosniff');
    headers.set('Referrer-Policy', 'no-referrer');
    headers.set('Cross-Origin-Resource-Policy', 'same-origin');
    headers.set('Cache-Control', 'no-store');
    if (headers.get('content-type')?.startsWith('text/html') && !headers.has('content-security-policy')) {
      headers.set('Content-Security-Policy', htmlPolicy);
      headers.set('X-Frame-Options', 'DENY');
    }
  };
}
