import { createServer } from 'node:http';
import { connect as connectTo, type AddressInfo, type Socket } from 'node:net';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { browser } from '../src/index.ts';

/** A proxy that knows one site, whatever it is called, and asks for a password. */
async function startProxy() {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization']}`);
    response.end(`<h1>Through ${request.headers.host}</h1>`);
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

const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;

it('goes to other machines through the proxy, with its password, and still refuses what the policy refuses', async () => {
  await using folder = await temporaryFolder();
  await using proxy = await startProxy();
  const options = { proxyServer: `http://me:p%40ss@${proxy.address}` };
  await using client = await connect(browser, { workspace: folder.path, options });
  expect((await client.call('browser_navigate', { url: 'http://intra.invalid/page' })).text).toContain('Through intra.invalid');
  expect(proxy.seen).toContain(`GET http://intra.invalid/page ${basic}`);
  const before = proxy.seen.length;
  const refused = await client.call('browser_navigate', { url: 'http://169.254.169.254/latest/meta-data/' });
  expect(refused.error?.code).toBe('PERMISSION_DENIED');
  expect(proxy.seen.slice(before).join('\n')).not.toContain('169.254');
  await client.call('browser_navigate', { url: 'https://secure.invalid/' });
  expect(proxy.seen).toContain(`CONNECT secure.invalid:443 ${basic}`);
});

it('takes no proxy that the policy cannot stand before', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(browser, { workspace: folder.path, options: { proxyServer: 'socks5://127.0.0.1:1' } });
  expect((await client.call('browser_navigate', { url: 'http://a.invalid/' })).error?.message).toContain('--proxy-server');
});
