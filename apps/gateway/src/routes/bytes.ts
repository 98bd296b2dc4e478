/** The HTTP routes of our servers for large bytes: streamed through to their private sockets. */
import { methodNotAllowed, ToolError } from '@sandlot/core';
import { type Context, Hono } from 'hono';
import { requireScopes } from '../auth/scopes.ts';
import type { Guard } from '../mcp/guard.ts';
import type { GatewayEnv } from '../middleware/auth.ts';
import { httpSpan } from '../middleware/http-span.ts';
import { forward } from '../upstreams/forward.ts';
import { reachedAt } from './reached-at.ts';
import { OwnServer } from '../upstreams/own-server.ts';
import type { Registry } from '../upstreams/registry.ts';

/** For the audit trail: the client went away, or the server did. */
const brokenOff = 499;

/**
 * Makes the routes. Bodies are not read here, so they belong before whatever reads bodies.
 *
 * @param publicUrl URL under which callers reach the gateway, where one is configured
 */
export function byteRoutes(registry: Registry, guard: Guard, publicUrl?: string): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  for (const server of registry.list()) {
    if (!(server instanceof OwnServer) || !server.routes) continue;
    const { path, aliases = {}, scopes } = server.routes;
    for (const [at, to] of [[path, path] as const, ...Object.entries(aliases)]) {
      // As it came: Hono's own path is decoded, and cannot be sent on.
      const pathOf = ({ pathname }: URL) => (pathname.startsWith(at) ? to + pathname.slice(at.length) : pathname);
      app.all(`${at}*`, httpSpan(), (c) => answer(c, server, { path: pathOf(new URL(c.req.url)), scopes, publicUrl }, guard));
    }
  }
  return app;
}

async function answer(
  c: Context<GatewayEnv>,
  server: OwnServer,
  { path: pathname, scopes, publicUrl }: { path: string; scopes: Readonly<Record<string, string>>; publicUrl: string | undefined },
  guard: Guard,
): Promise<Response> {
  const { method, headers } = c.req.raw;
  const scope = scopes[method];
  if (scope === undefined) return methodNotAllowed(method, Object.keys(scopes));
  const caller = c.get('caller');
  const path = server.routes?.path ?? '/';
  const record = {
    principal: caller.id,
    server: server.name,
    tool: `${method} ${path}`,
    method,
    args: { path: pathname.slice(path.length) },
  };
  if (!caller.allows(scope)) {
    await guard.deny(record);
    requireScopes(caller, [scope]);
  }
  const entry = await guard.begin(record);
  const startedAt = performance.now();
  const end = (status: number, bytesOut: number) =>
    entry.end({
      ...(status < 400 ? { outcome: 'ok' } : { outcome: 'error', errorCode: `HTTP_${status}` }),
      bytesOut,
      durationMs: performance.now() - startedAt,
    });
  try {
    return counted(await forward(server, c.req.raw, { principal: caller.id, path: pathname, at: reachedAt(headers, publicUrl) }), end);
  } catch (error) {
    entry.end({ outcome: 'error', errorCode: ToolError.is(error) ? error.code : 'INTERNAL', durationMs: performance.now() - startedAt });
    throw error;
  }
}

/** Counts what goes out; tells when it has ended, also when it broke off. */
function counted(response: Response, end: (status: number, bytes: number) => void): Response {
  const { body, status } = response;
  if (!body) return (end(status, 0), response);
  let bytes = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      controller.enqueue(chunk);
    },
    flush: () => end(status, bytes),
    cancel: () => end(brokenOff, bytes),
  });
  return new Response(body.pipeThrough(counting), response);
}
