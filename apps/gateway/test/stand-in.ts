/** Stand-ins for what is behind UIs: a program with the flags of code-server, and servers such as an agent starts. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';

const program = `#!${process.execPath}
const { createServer } = require('node:http');
const { appendFileSync } = require('node:fs');
const { WebSocketServer } = require(${JSON.stringify(createRequire(import.meta.url).resolve('ws'))});
const socket = process.argv[process.argv.indexOf('--socket') + 1];
appendFileSync(process.env.HOME + '/starts', process.pid + '\\n');
if (process.env.JUPYTER_TEST === 'no-start') { console.error('no licence for this'); process.exit(3); }
const server = createServer((req, res) => {
  if (req.url === '/crash') process.exit(1);
  if (req.url === '/redirect') { res.writeHead(302, { location: '/login?to=x', 'set-cookie': ['s=1; Path=/; Domain=localhost', 'sandlot_00000000=x; Path=/'], 'clear-site-data': '"*"' }); return res.end(); }
  let size = 0;
  req.on('data', (part) => (size += part.length)).on('end', () => {
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, size, args: process.argv.slice(2) }));
  });
});
new WebSocketServer({ server }).on('connection', (ws, req) => {
  ws.send(JSON.stringify({ url: req.url, headers: req.headers }));
  ws.on('message', (data, binary) => ws.send(data, { binary }));
});
server.listen(socket);
`;

/** Writes the program \`code-server\` into a folder. */
export async function standIn(folder: string, name = 'code-server'): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, name);
  await writeFile(file, program);
  await chmod(file, 0o755);
  return file;
}

/** A server on a free port of this machine. */
export interface PortServer extends AsyncDisposable {
  readonly port: number;
  /** Requests that reached it. */
  readonly requests: { method: string; url: string; headers: IncomingMessage['headers'] }[];
}

/** Starts one that says what it was asked, echoes WebSockets, and answers as `handle` says. */
export async function portServer(handle?: (req: IncomingMessage, res: ServerResponse) => boolean, host = '127.0.0.1'): Promise<PortServer> {
  const requests: PortServer['requests'] = [];
  const note = ({ method = '', url = '', headers }: IncomingMessage) => void requests.push({ method, url, headers });
  const server: Server = createServer((req, res) => {
    note(req);
    if (handle?.(req, res)) return;
    let size = 0;
    req
      .on('data', (part: Buffer) => (size += part.length))
      .on('end', () => {
        res.setHeader('content-type', 'application/json');
        res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, size }));
      });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, req) => {
    note(req);
    socket.send(JSON.stringify({ url: req.url, headers: req.headers }));
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requests,
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
