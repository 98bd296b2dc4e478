/** Under which address a caller reached the gateway. */
import { isHost } from '../middleware/host-origin.ts';
import type { ReachedAt } from '../upstreams/forward.ts';

/**
 * The public URL where one is configured; else what a reverse proxy says of itself (`X-Forwarded-Host`, `-Proto`, `-Prefix`;
 * nobody but the caller sees the answer); else the `Host` of the request.
 */
export function reachedAt(headers: Headers, publicUrl: string | undefined): ReachedAt {
  const url = publicUrl === undefined ? undefined : URL.parse(publicUrl);
  if (url) return { proto: url.protocol.slice(0, -1), host: url.host, prefix: url.pathname.replace(/\/$/, '') };
  const forwarded = first(headers, 'x-forwarded-host');
  const prefix = first(headers, 'x-forwarded-prefix')?.replace(/\/$/, '') ?? '';
  return {
    proto: first(headers, 'x-forwarded-proto') === 'https' ? 'https' : 'http',
    host: (isHost(forwarded) ? forwarded : undefined) ?? headers.get('host') ?? 'localhost',
    prefix: /^(?:\/[\w.~-]+)*$/.test(prefix) ? prefix : '',
  };
}

/** What the proxy nearest to the caller has said: the first of a list. */
function first(headers: Headers, name: string): string | undefined {
  return headers.get(name)?.split(',')[0]?.trim();
}
