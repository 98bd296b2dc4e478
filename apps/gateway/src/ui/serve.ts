/** Answers at a UI: scope, audit trail, and the program or the port behind. */
import { ToolError } from '@sandlot/core';
import type { Context } from 'hono';
import { requireScopes } from '../auth/scopes.ts';
import type { Guard } from '../mcp/guard.ts';
import type { GatewayEnv } from '../middleware/auth.ts';
import { isArrival, welcomeIn, withoutTicket } from './entrance.ts';
import { frame, preflight } from './frame.ts';
import { basePathOf, type Place, scopeOf } from './place.ts';
import { openAddress, send, type Sending, sendUpgrade } from './send.ts';
import { type Uis, uiServices } from './uis.ts';

/** What is behind, until it is released. */
interface Behind extends Pick<Sending, 'target' | 'path' | 'host' | 'name'> {
  readonly release: () => void;
}

/**
 * Answers a request or a WebSocket. A browser's arrival, WebSockets, and what may change something are recorded; what pages load is not.
 *
 * @throws ToolError PERMISSION_DENIED, FAILED_PRECONDITION when the program is not installed, UNAVAILABLE when nothing answers
 */
export async function serve(c: Context<GatewayEnv>, place: Place, uis: Uis, guard: Guard): Promise<Response> {
  const asked = preflight(c, place);
  if (asked) return asked;
  const caller = c.get('caller');
  const method = c.env?.upgrade ? 'WebSocket' : c.req.method;
  const record = {
    principal: caller.id,
    server: 'ui',
    tool: place.id,
    method: `${method} ${place.path}`,
    args: { path: place.rest, ...(place.port !== undefined && { port: place.port }) },
  };
  if (!caller.allows(scopeOf(place))) {
    await guard.deny(record);
    requireScopes(caller, [scopeOf(place)]);
  }
  const arrival = isArrival(c);
  if (!arrival && (method === 'GET' || method === 'HEAD')) return pass(c, place, uis);
  const entry = await guard.begin(record);
  const startedAt = performance.now();
  const end = (errorCode?: string) =>
    entry.end({
      ...(errorCode === undefined ? { outcome: 'ok' } : { outcome: 'error', errorCode }),
      durationMs: performance.now() - startedAt,
    });
  try {
    const response = arrival
      ? welcomeIn(c, place, uis.passes, basePathOf(c.req.raw.headers, uis.options.basePath))
      : await pass(c, place, uis);
    const { socket } = c.env?.upgrade ?? {};
    if (socket) socket.once('close', () => end());
    else end(response.status >= 400 ? `HTTP_${response.status}` : undefined);
    return response;
  } catch (error) {
    end(ToolError.is(error) ? error.code : 'INTERNAL');
    throw error;
  }
}

async function pass(c: Context<GatewayEnv>, place: Place, uis: Uis): Promise<Response> {
  const request = c.req.raw;
  const { search } = new URL(request.url);
  const base = basePathOf(request.headers, uis.options.basePath);
  const inPath = place.form === 'strip' || place.form === 'keep';
  const prefix = place.form === 'host' ? '' : `${base}${place.path.slice(0, -1)}${inPath && place.pass ? `~${place.pass}` : ''}`;
  const { release, ...behind } = await reach(c, place, uis, `${base}${place.path}`, withoutTicket(search));
  const { incoming, outgoing, upgrade } = c.env ?? {};
  const sending = { ...behind, place, prefix, address: incoming?.socket.remoteAddress };
  try {
    if (upgrade && incoming) {
      await sendUpgrade(request, incoming, upgrade, sending);
      if (upgrade.socket) upgrade.socket.once('close', release);
      return c.body(null);
    }
    const response = await send(request, sending);
    if (outgoing) outgoing.once('close', release);
    else release();
    return frame(c, response, place);
  } catch (error) {
    release();
    throw error;
  }
}

async function reach(c: Context<GatewayEnv>, place: Place, uis: Uis, url: string, search: string): Promise<Behind> {
  const { port, rest } = place;
  if (port !== undefined) {
    uis.options.ports.check(port, c.env?.incoming?.socket.localPort);
    const path = place.form === 'keep' ? `${place.path.slice(0, -1)}${rest}` : rest;
    const target = { host: await openAddress(port), port };
    return { target, host: `localhost:${port}`, path: `${path}${search}`, name: `The server on port ${port}`, release: () => undefined };
  }
  const service = uiServices.find(({ id }) => id === place.id);
  if (!service) throw new ToolError('NOT_FOUND', `There is no UI "${place.id}".`);
  if (service.refused?.some((start) => rest.startsWith(start))) {
    throw new ToolError('PERMISSION_DENIED', `${place.path}${rest.slice(1, 100)} is not served.`, {
      advice: 'Ports are previewed at /proxy/<port>/.',
    });
  }
  const { socketPath, release } = await uis.hold(service, url);
  const path = service.keepsPath ? `${url.slice(0, -1)}${rest}` : rest;
  return { target: { socketPath }, host: c.req.header('host') ?? 'localhost', path: `${path}${search}`, name: service.title, release };
}
