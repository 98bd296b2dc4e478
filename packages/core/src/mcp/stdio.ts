/** Serves over stdio, and over a Unix socket with the same framing: one JSON message a line. */
import { chmod, mkdir, rm, stat } from 'node:fs/promises';
import type { Server as HttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { ProtocolErrorCode, type Server } from '@modelcontextprotocol/server';
import { serveStdio, type StdioServerHandle, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { ToolError } from '../errors.ts';
import { principalHeader } from '../routes.ts';
import type { Runtime } from '../runtime.ts';
import { createMcpServer, type McpServerOptions } from './server.ts';
import { Subscriptions, watchingTransport } from './subscriptions.ts';
import { wholeLines } from './whole-lines.ts';

/** Something that listens. */
export interface Listening {
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
  /** Settles when the peer has gone away for good (stdio only). */
  readonly closed?: Promise<void>;
}

const openingBrace = '{'.charCodeAt(0);

/** Serves one client over stdin and stdout; `closed` settles when stdin ends. */
export function listenStdio(runtime: Runtime): Listening {
  const transport = transportOf(runtime, process.stdin, process.stdout);
  const handle = serveConnection(runtime, transport, { transport: 'pipe' });
  const closed = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
    process.stdout.once('error', () => resolve());
  });
  return { close: () => handle.close(), closed };
}

function transportOf({ limits: { requestBytes } }: Runtime, input: Readable, output: Writable): StdioServerTransport {
  const lines = wholeLines(requestBytes, ({ id, bytes }) => {
    const data = new ToolError('PAYLOAD_TOO_LARGE', `The message has ${bytes} bytes; the limit is ${requestBytes}.`).toBody();
    const error = { code: ProtocolErrorCode.InvalidRequest, message: data.message, data };
    output.write(`${JSON.stringify({ jsonrpc: '2.0', id, error })}\n`);
  });
  // A line's own end is no part of the message.
  return new StdioServerTransport(input.pipe(lines), output, { maxBufferSize: requestBytes + 1 });
}

/** Serves one connection, with its subscriptions. */
function serveConnection(runtime: Runtime, transport: StdioServerTransport, options: McpServerOptions): StdioServerHandle {
  let server: Server | undefined;
  const subscriptions = new Subscriptions(runtime, (uri) => void server?.sendResourceUpdated({ uri }).catch(() => undefined));
  const make = () => {
    server = createMcpServer(runtime, { ...options, subscriptions });
    return server;
  };
  return serveStdio(make, {
    transport: runtime.server.resources ? watchingTransport(transport, subscriptions) : transport,
    onerror: (error) => runtime.log.warn(options.transport, { error }),
  });
}

/**
 * Serves the gateway on a Unix socket that only this user can open, and the group that may write to its folder: MCP, and HTTP for the server's routes. The first byte of a
 * connection tells which: a JSON message begins with a brace.
 *
 * @param path path of the socket; its folder is made with mode 0700
 */
export async function listenUnix(runtime: Runtime, path: string): Promise<Listening> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  let http: Promise<HttpServer> | undefined;
  const serveMcp = (socket: Socket) => {
    const transport = transportOf(runtime, socket, socket);
    const handle = serveConnection(runtime, transport, { transport: 'unix', behindGateway: true });
    socket.on('close', () => void handle.close().catch(() => undefined));
  };
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      if (first[0] === openingBrace) {
        serveMcp(socket);
        return void socket.resume();
      }
      http ??= routesServer(runtime);
      return void http.then((server) => {
        server.emit('connection', socket);
        socket.resume();
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(path, resolve);
  });
  // Where a group shares the folder, it shares the socket: a gateway with another user than its servers.
  const { mode } = await stat(dirname(path));
  await chmod(path, (mode & 0o020) === 0 ? 0o600 : 0o660);
  return {
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** Loaded at the first request: most servers never need it. */
async function routesServer(runtime: Runtime): Promise<HttpServer> {
  const [{ createServer: createHttpServer }, { getRequestListener }, { routesFetch }, { socketRoutes }, { serveUpgrades }] =
    await Promise.all([
      import('node:http'),
      import('@hono/node-server'),
      import('../http/routes.ts'),
      import('../http/sockets.ts'),
      import('../http/upgrade.ts'),
    ]);
  const listener = getRequestListener(routesFetch(runtime, { behindGateway: true }), { hostname: 'server' });
  const server = createHttpServer((incoming, outgoing) => void listener(incoming, outgoing));
  const webSockets = socketRoutes(runtime, (headers) => decodeURIComponent(headers.get(principalHeader) ?? ''));
  serveUpgrades(server, (request, bindings) => webSockets.fetch(request, bindings));
  return server;
}
