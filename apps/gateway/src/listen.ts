/** The gateway's socket. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { ToolError } from '@sandlot/core';
import type { Address, HttpListening } from '@sandlot/core/http';
import type { Hono } from 'hono';
import type { GatewayEnv } from './middleware/auth.ts';
import { isHost } from './middleware/host-origin.ts';

/** Longer than the minute for which clients and proxies keep an idle connection: who closes first must not be us, in the middle of their next request. */
const keptMs = 75_000;

/**
 * Starts listening.
 *
 * @throws ToolError UNAVAILABLE when the port is taken
 */
export async function listenApp(app: Hono<GatewayEnv>, { host, port }: Address): Promise<HttpListening> {
  // The app gets Node's own objects besides: the caller's address, and the end of the connection.
  const listener = getRequestListener((request, env) => app.fetch(request, env), { hostname: host });
  const server = createServer({ keepAliveTimeout: keptMs }, (incoming, outgoing) =>
    isHost(incoming.headers.host) ? void listener(incoming, outgoing) : refuse(incoming, outgoing),
  );
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    throw new ToolError('UNAVAILABLE', `Cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
      advice: 'Choose another port, or end what listens there.',
    });
  }
  const address = server.address();
  const taken = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    port: taken,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** No URL can be made from such a Host, so the app cannot be asked. */
function refuse(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const error = new ToolError('PERMISSION_DENIED', `The Host "${incoming.headers.host ?? ''}" is not allowed.`, {
    advice: 'Send the host name under which the gateway is reached.',
  }).toBody();
  outgoing.writeHead(403, { 'Content-Type': 'application/json', Connection: 'close' });
  outgoing.end(JSON.stringify({ success: false, message: error.message, data: null, error }));
}
