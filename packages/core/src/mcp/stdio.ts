/** Serves over stdio, and over a Unix socket with the same framing: one JSON message a line. */
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import type { Runtime } from '../runtime.ts';
import { createMcpServer } from './server.ts';

/** Something that listens. */
export interface Listening {
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
  /** Settles when the peer has gone away for good (stdio only). */
  readonly closed?: Promise<void>;
}

/** Serves one client over stdin and stdout; `closed` settles when stdin ends. */
export function listenStdio(runtime: Runtime): Listening {
  const handle = serveStdio(() => createMcpServer(runtime, { transport: 'pipe' }), {
    transport: new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: runtime.limits.requestBytes }),
    onerror: (error) => runtime.log.warn('stdio', { error }),
  });
  const closed = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
    process.stdout.once('error', () => resolve());
  });
  return { close: () => handle.close(), closed };
}

/**
 * Serves the gateway on a Unix socket that only this user can open.
 *
 * @param path path of the socket; its folder is made with mode 0700
 */
export async function listenUnix(runtime: Runtime, path: string): Promise<Listening> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    const handle = serveStdio(() => createMcpServer(runtime, { transport: 'unix', behindGateway: true }), {
      transport: new StdioServerTransport(socket, socket, { maxBufferSize: runtime.limits.requestBytes }),
      onerror: (error) => runtime.log.warn('socket', { error }),
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      void handle.close().catch(() => undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
