/** Listens for HTTP on Node. */
import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { ToolError } from '../errors.ts';
import { serveUpgrades, upgradeOptions } from './upgrade.ts';

/** Where to listen. */
export interface Address {
  host: string;
  /** 0 for any free port. */
  port: number;
}

/** A listening HTTP server. */
export interface HttpListening {
  /** `http://host:port` with the port that was taken. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/** Anything that answers a web request. */
export interface Fetcher {
  fetch(request: Request, ...rest: unknown[]): Response | Promise<Response>;
}

/** Parses `[host:]port`; the host is `127.0.0.1` unless given. */
export function parseListen(text: string): Address {
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ToolError('INVALID_ARGUMENT', `Port "${text.slice(at + 1)}" is not between 0 and 65535.`);
  return { host: at > 0 ? text.slice(0, at).replaceAll(/[[\]]/g, '') : '127.0.0.1', port };
}

/** True for an address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * Starts listening.
 *
 * @throws ToolError UNAVAILABLE when the port is taken
 */
export function listenHttp(app: Fetcher, address: Address): Promise<HttpListening> {
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request, {}), hostname: address.host, serverOptions: upgradeOptions });
  serveUpgrades(server as Server, (request, bindings) => app.fetch(request, bindings));
  return bindServer(server as Server, address);
}

/**
 * Binds a server of Node to an address.
 *
 * @throws ToolError UNAVAILABLE when the port is taken
 */
export async function bindServer(server: Server, { host, port }: Address): Promise<HttpListening> {
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
  // Upgraded connections are none that Node's server would end by itself.
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const address = server.address();
  const taken = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    port: taken,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      for (const socket of sockets) socket.destroySoon();
      await closed;
    },
  };
}
