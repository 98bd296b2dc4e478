/** Every WebSocket of the gateway. They come through the same checks as any request; here are scope, audit trail and what is behind. */
import { ToolError } from '@sandlot/core';
import type { Upgrade } from '@sandlot/core/http';
import { type Context, Hono } from 'hono';
import { requireScopes } from '../auth/scopes.ts';
import type { Guard } from '../mcp/guard.ts';
import type { GatewayEnv } from '../middleware/auth.ts';
import type { OpenSockets } from '../sockets/open-sockets.ts';
import type { SocketRoute } from '../sockets/route.ts';

/** Makes the routes. A request that is no upgrade goes on to whatever else is at the path; at the end, to {@link socketHints}. */
export function socketRoutes(routes: readonly SocketRoute[], guard: Guard, sockets: OpenSockets): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  for (const route of routes) {
    app.get(route.path, async (c, next) => {
      const { upgrade } = c.env ?? {};
      if (!upgrade) return next();
      await open(c, route, upgrade, guard, sockets);
      return c.body(null);
    });
  }
  return app;
}

/** What a request for a page gets where there is only a WebSocket. */
export function socketHints(routes: readonly SocketRoute[]): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  for (const { path } of routes) app.get(path, (c) => c.text('This is a WebSocket.\n', 426, { Upgrade: 'websocket' }));
  return app;
}

async function open(c: Context<GatewayEnv>, route: SocketRoute, upgrade: Upgrade, guard: Guard, sockets: OpenSockets): Promise<void> {
  const caller = c.get('caller');
  const { ticket: _ticket, ...query } = c.req.query();
  const record = { principal: caller.id, server: route.server, tool: route.name, method: `WebSocket ${route.path}`, args: query };
  if (!caller.allows(route.scope)) {
    await guard.deny(record);
    requireScopes(caller, [route.scope]);
  }
  const entry = await guard.begin(record);
  const startedAt = performance.now();
  const failed = new AbortController();
  try {
    const text = new URLSearchParams(query).toString();
    const serve = await route.connect({
      principal: caller.id,
      path: text === '' ? c.req.path : `${c.req.path}?${text}`,
      protocols: (c.req.header('sec-websocket-protocol') ?? '').split(',').flatMap((name) => name.trim() || []),
      signal: failed.signal,
    });
    const socket = upgrade.accept();
    sockets.add(socket);
    c.get('use').onInvalid(() => socket.close(1008, 'The credential has ended.'));
    const bytes = bytesOf(c);
    socket.once('close', (code) =>
      entry.end({ outcome: code === 1011 ? 'error' : 'ok', durationMs: performance.now() - startedAt, ...bytes(), ...codeFact(code) }),
    );
    serve(socket);
  } catch (error) {
    failed.abort();
    const errorCode = ToolError.is(error) ? error.code : 'INTERNAL';
    entry.end({ outcome: 'error', errorCode, durationMs: performance.now() - startedAt });
    throw error;
  }
}

function codeFact(code: number): { errorCode?: string } {
  return code === 1000 || code === 1001 || code === 1005 ? {} : { errorCode: `WS_${code}` };
}

/** What goes over the wire from now on, in both directions. */
function bytesOf(c: Context<GatewayEnv>): () => { bytesIn: number; bytesOut: number } | undefined {
  const socket = c.env?.incoming?.socket;
  if (!socket) return () => undefined;
  const { bytesRead, bytesWritten } = socket;
  return () => ({ bytesIn: socket.bytesRead - bytesRead, bytesOut: socket.bytesWritten - bytesWritten });
}
