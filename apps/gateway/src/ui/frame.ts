/** What a browser may do with a page of a UI. */
import type { Context } from 'hono';
import type { GatewayEnv } from '../middleware/auth.ts';
import type { Place } from './place.ts';

/**
 * A page that an agent made, on the console's host: without `allow-same-origin` it has an origin that nobody shares, so it reaches neither
 * the console nor the API, and its requests carry no cookie.
 */
const sandbox = 'sandbox allow-scripts allow-forms allow-modals allow-popups allow-downloads allow-pointer-lock allow-presentation';

/** Sets the headers. The gateway's usual ones are for its own pages and the API. */
export function frame(c: Context<GatewayEnv>, response: Response, place: Place): Response {
  const { headers } = response;
  const unset = (...names: string[]) => names.forEach((name) => c.env?.outgoing?.removeHeader(name));
  unset('Content-Security-Policy', 'X-Frame-Options', 'Cache-Control');
  if (place.form === undefined) {
    if (!headers.has('content-security-policy')) headers.set('Content-Security-Policy', "frame-ancestors 'self'");
    headers.set('X-Frame-Options', 'SAMEORIGIN');
    headers.set('Referrer-Policy', 'same-origin');
    return response;
  }
  unset('Referrer-Policy', 'Cross-Origin-Resource-Policy', 'X-Content-Type-Options');
  if (place.form === 'host') return response;
  headers.append('Content-Security-Policy', sandbox);
  headers.set('Referrer-Policy', 'no-referrer');
  if (place.pass === undefined) headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  else allowNull(c.req.raw.headers, headers);
  return response;
}

/** Answers a sandboxed page that asks what it may send; undefined for any other request. */
export function preflight(c: Context<GatewayEnv>, place: Place): Response | undefined {
  const { method, headers } = c.req.raw;
  if (method !== 'OPTIONS' || place.pass === undefined || headers.get('origin') !== 'null') return undefined;
  const wanted = headers.get('access-control-request-headers');
  const answer = new Headers({ 'Access-Control-Allow-Methods': headers.get('access-control-request-method') ?? 'GET' });
  if (wanted !== null) answer.set('Access-Control-Allow-Headers', wanted);
  allowNull(headers, answer);
  return new Response(null, { status: 204, headers: answer });
}

/** Its own origin is `null`; who knows the pass in the path may read. */
function allowNull(asked: Headers, answer: Headers): void {
  answer.set('Cross-Origin-Resource-Policy', 'cross-origin');
  if (asked.get('origin') === 'null') answer.set('Access-Control-Allow-Origin', 'null');
}
