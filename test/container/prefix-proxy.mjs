/** A proxy that shows a gateway below `/box/` and lets no `Authorization` through, as those do that use it for themselves. */
import { createServer } from 'node:http';
import { createProxyServer } from 'httpxy';

/** Starts it on a free port of the loopback address. @param target URL of the gateway */
export async function prefixProxy(target) {
  const proxy = createProxyServer({ target, xfwd: false });
  proxy.on('error', () => undefined);
  const sockets = new Set();
  const enter = (incoming) => {
    if (!incoming.url.startsWith('/box/')) return false;
    incoming.url = incoming.url.slice('/box'.length);
    delete incoming.headers.authorization;
    incoming.headers['x-forwarded-prefix'] = '/box';
    return true;
  };
  const server = createServer((req, res) => void (enter(req) ? proxy.web(req, res) : res.writeHead(404).end()));
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)));
  server.on('upgrade', (req, socket, head) => {
    if (enter(req)) void proxy.ws(req, socket, {}, head).catch(() => undefined);
    else socket.destroy();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/box`,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
