/** The gateway's socket. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { ToolError } from '@sandlot/core';
import { type Address, bindServer, type HttpListening, serveUpgrades, upgradeOptions } from '@sandlot/core/http';
import type { Hono } from 'hono';
import type { GatewayEnv } from './middleware/auth.ts';
import { isHost } from './middleware/host-origin.ts';
import type { ShortWay } from './short-way.ts';

/** Longer than the minute for which clients and proxies keep an idle connection: who closes first must not be us, in the middle of their next request. */
const keptMs = 75_000;

/**
 * Starts listening.
 *
 * @param shortWay takes what it can before the app. Default: none
 * @throws ToolError UNAVAILABLE when the port is taken
 */
export function listenApp(
  app: Hono<GatewayEnv>,
  address: Address & { readonly basePath?: string },
  shortWay?: ShortWay,
): Promise<HttpListening> {
  // The app gets Node's own objects besides: the caller's address, and the end of the connection.
  const listener = getRequestListener((request, env) => app.fetch(request, env), { hostname: address.host });
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse) => void listener(incoming, outgoing);
  const server = createServer({ keepAliveTimeout: keptMs, ...upgradeOptions }, (incoming, outgoing) => {
    enter(incoming, address.basePath);
    if (!isHost(incoming.headers.host)) refuse(incoming, outgoing);
    else if (!shortWay?.take(incoming, outgoing, answer)) answer(incoming, outgoing);
  });
  server.on('upgrade', (incoming) => enter(incoming, address.basePath));
  serveUpgrades(server, (request, bindings) =>
    isHost(bindings.incoming.headers.host) ? app.fetch(request, bindings) : new Response(null, { status: 403 }),
  );
  return bindServer(server, address);
}

/** Takes the part of the path away under which a proxy shows the gateway, where it has not done so itself. */
function enter(incoming: IncomingMessage, basePath = ''): void {
  if (basePath !== '' && incoming.url?.startsWith(`${basePath}/`)) incoming.url = incoming.url.slice(basePath.length);
}

/** No URL can be made from such a Host, so the app cannot be asked. */
function refuse(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const error = new ToolError('PERMISSION_DENIED', `The Host "${incoming.headers.host ?? ''}" is not allowed.`, {
    advice: 'Send the host name under which the gateway is reached.',
  }).toBody();
  outgoing.writeHead(403, { 'Content-Type': 'application/json', Connection: 'close' });
  outgoing.end(JSON.stringify({ success: false, message: error.message, data: null, error }));
}
