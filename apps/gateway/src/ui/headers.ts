/** Headers on their way through: what belongs to one connection, to the gateway, or to another origin stays behind. */
import { keyHeaders } from '@sandlot/core/http';
import { hopByHop } from '@sandlot/core/network';
import { foreignCookies, isOwnCookie } from './passes.ts';
import type { Place } from './place.ts';

const credentials = ['authorization', 'x-api-key', ...keyHeaders];
/** What a proxy before us may have told is told anew. */
const forwarded = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-real-ip',
];
/** What would change more than the page: how the browser treats the whole host. */
const hostWide = [
  'alt-svc',
  'clear-site-data',
  'nel',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'strict-transport-security',
];

/** What the other side must know of the request. */
export interface Onward {
  readonly place: Place;
  /** Host header that it gets. */
  readonly host: string;
  /** Path under which the browser sees it, without a slash at its end. */
  readonly prefix: string;
  readonly address: string | undefined;
}

/** The headers of a request for what is behind. */
export function requestHeaders(from: Headers, { place, host, prefix, address }: Onward): Record<string, string> {
  const dropped = new Set([...hopByHop, ...credentials, ...forwarded, ...named(from.get('connection')), 'host', 'cookie']);
  const headers: Record<string, string> = {};
  for (const [name, value] of from) if (!dropped.has(name)) headers[name] = value;
  const own = from.get('host') ?? host;
  const cookies = place.form === 'strip' || place.form === 'keep' ? undefined : foreignCookies(from.get('cookie'));
  const origin = from.get('origin');
  return {
    ...headers,
    host,
    ...(cookies !== undefined && { cookie: cookies }),
    ...(origin !== null && { origin: host === own ? origin : `http://${host}` }),
    'x-forwarded-host': own,
    'x-forwarded-proto': isHttps(from) ? 'https' : 'http',
    ...(prefix !== '' && { 'x-forwarded-prefix': prefix }),
    ...(address !== undefined && { 'x-forwarded-for': address }),
  };
}

/** The headers of an answer for the browser. */
export function responseHeaders(from: Headers, onward: Onward): Headers {
  const { place } = onward;
  const isPath = place.form === 'strip' || place.form === 'keep';
  const dropped = new Set([...hopByHop, ...hostWide, ...named(from.get('connection')), 'set-cookie', 'location']);
  const headers = new Headers();
  for (const [name, value] of from) {
    if (!dropped.has(name) && !(isPath && name.startsWith('access-control-'))) headers.append(name, value);
  }
  const location = from.get('location');
  if (location !== null) headers.set('location', toOutside(location, onward));
  // Cookies of a page that shares the console's host would be the console's.
  for (const cookie of isPath ? [] : from.getSetCookie()) {
    const kept = ownCookie(cookie, place.form === 'host' ? '' : onward.prefix);
    if (kept !== undefined) headers.append('set-cookie', kept);
  }
  return headers;
}

/** True when the browser speaks TLS to a proxy before us. */
export function isHttps(headers: Headers): boolean {
  return headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https';
}

function named(connection: string | null): string[] {
  return (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
}

/** Where a redirect leads, as the browser must see it. Nothing is followed here. */
function toOutside(location: string, { place, host, prefix }: Onward): string {
  if (place.form === 'keep') return toPath(location, host);
  const path = toPath(location, host);
  if (!path.startsWith('/') || path.startsWith('//') || place.form === 'host') return path;
  return path === prefix || path.startsWith(`${prefix}/`) ? path : `${prefix}${path}`;
}

/** An address of the server itself is a path. */
function toPath(location: string, host: string): string {
  const url = /^https?:\/\//i.test(location) ? URL.parse(location) : null;
  if (!url) return location;
  const { port } = new URL(`http://${host}`);
  const isSelf = url.host === host || (url.port === port && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname));
  return isSelf ? `${url.pathname}${url.search}${url.hash}` : location;
}

/** A `Set-Cookie` that stays within its place. */
function ownCookie(cookie: string, prefix: string): string | undefined {
  const [pair = '', ...attributes] = cookie.split(';');
  if (isOwnCookie(pair.split('=')[0] ?? '')) return undefined;
  const path = attributes.map((text) => /^\s*path\s*=(.*)$/i.exec(text)?.[1]?.trim()).findLast((found) => found !== undefined);
  const kept = attributes.filter((text) => !/^\s*(?:domain|path)\s*=/i.test(text));
  const inside = path?.startsWith(`${prefix}/`) || path === prefix;
  return [pair, ...kept, ` Path=${inside && path ? path : `${prefix}/`}`].join(';');
}
