/** Takes the spans of our servers: OTLP/JSON over HTTP on a Unix socket. */
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { TraceStore } from './store.ts';

const mostBytes = 8 * 1024 * 1024;

/** Starts it. @param path path of the socket, in a folder that only the gateway and its servers can enter */
export async function receiveSpans(path: string, store: TraceStore): Promise<AsyncDisposable> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) return void request.destroy();
      chunks.push(chunk);
    });
    request.on('end', () => {
      store.add(Buffer.concat(chunks).toString('utf8'), false);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    request.on('error', () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o660);
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
