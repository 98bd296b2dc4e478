/** The operator's own proxy. */
import { createServer } from 'node:http';
import { connect as connectTo, type AddressInfo, type Socket } from 'node:net';

/** A proxy that knows one site, whatever it is called, and sees passwords. */
export async function startOuterProxy() {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization']}`);
    if (request.url?.endsWith('.pdf')) response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF-1.4');
    else response.end(`<h1>Through ${request.headers.host}</h1>`);
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request, client) => {
    seen.push(`CONNECT ${request.url} ${request.headers['proxy-authorization']}`);
    const { port } = server.address() as AddressInfo;
    const upstream = connectTo(port, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    for (const socket of [upstream, client]) socket.on('error', () => undefined);
    upstream.pipe(client);
    client.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    seen,
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
