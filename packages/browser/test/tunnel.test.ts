import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { NetworkPolicy } from '../src/network/policy.ts';
import { FilteringProxy } from '../src/network/proxy.ts';

it('a tunnel carries all that a server sent before it closed, also to a slow client', async () => {
  const sent = 1_000_000;
  const server = createServer((socket) => socket.on('error', () => undefined).end(Buffer.alloc(sent, 'x'))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await using proxy = await FilteringProxy.start(new NetworkPolicy({ blockedPorts: [], allowedHosts: [], blockedHosts: [] }));
  for (let round = 0; round < 5; round++) {
    const client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
    client.write(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`);
    client.pause();
    // Long enough for the server to be done, as far as the buffers on the way let it.
    await delay(200);
    let received = 0;
    client.on('data', (part: Buffer) => (received += part.length)).resume();
    await once(client, 'close');
    expect(received).toBe(sent + 'HTTP/1.1 200 Connection established\r\n\r\n'.length);
  }
  server.close();
});
