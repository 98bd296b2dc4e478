/** The WebSockets of our servers: passed through to their private sockets. */
import { principalHeader, ToolError } from '@sandlot/core';
import { contextToMeta } from '@sandlot/core/telemetry';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { OwnServer } from '../upstreams/own-server.ts';
import { relay } from './relay.ts';
import type { ServeSocket, SocketRequest, SocketRoute } from './route.ts';

const refusalSchema = z.object({
  error: z.object({
    code: z.enum(['INVALID_ARGUMENT', 'NOT_FOUND', 'FAILED_PRECONDITION', 'RESOURCE_EXHAUSTED', 'UNSUPPORTED', 'UNAVAILABLE']),
    message: z.string(),
    advice: z.string(),
  }),
});

/** Makes the routes of servers' WebSockets. Starts no server. */
export function ownSocketRoutes(servers: readonly OwnServer[]): SocketRoute[] {
  return servers.flatMap((server) =>
    server.sockets.map(({ path, scope }) => ({
      path,
      scope,
      server: server.name,
      name: path.slice(1).replaceAll('/', '_'),
      connect: (request) => connect(server, request),
    })),
  );
}

async function connect(server: OwnServer, { path, principal, protocols, signal }: SocketRequest): Promise<ServeSocket> {
  const { socket, release } = await server.hold();
  try {
    const headers = { ...contextToMeta(), [principalHeader]: encodeURIComponent(principal) };
    const backend = new WebSocket(`ws+unix:${socket}:${path}`, [...protocols], { headers, perMessageDeflate: false });
    backend.once('close', release);
    signal.addEventListener('abort', () => backend.terminate(), { once: true });
    await opened(backend, server.name);
    return (client) => relay(client, backend);
  } catch (error) {
    release();
    throw error;
  }
}

/** Waits until it is open, and holds back what comes until somebody listens. */
function opened(backend: WebSocket, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const lost = (cause: Error) => reject(new ToolError('UNAVAILABLE', `The ${name} server cannot be reached.`, { cause }));
    backend.on('error', lost);
    backend.once('open', () => {
      backend.pause();
      resolve();
    });
    backend.once('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.once('end', () => {
        reject(toError(body, name));
        backend.terminate();
      });
    });
  });
}

function toError(body: string, name: string): ToolError {
  try {
    const { code, message, advice } = refusalSchema.parse(JSON.parse(body)).error;
    return new ToolError(code, message, { advice });
  } catch (cause) {
    return new ToolError('UNAVAILABLE', `The ${name} server does not open this WebSocket.`, { cause });
  }
}
