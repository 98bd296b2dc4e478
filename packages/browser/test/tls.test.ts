import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { browser } from '../src/index.ts';
import { startSite } from './site.ts';

it('a page opens right after one whose certificate or handshake failed', async () => {
  await using folder = await temporaryFolder();
  const [key, cert] = [`${folder.path}/key.pem`, `${folder.path}/cert.pem`];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, ...subject],
    {
      stdio: 'ignore',
    },
  );
  const secure = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end('<h1>Secure</h1>'));
  const broken = createTcpServer((socket) => socket.on('error', () => undefined).end('no handshake'));
  await using site = await startSite({ '/': '<h1>Plain</h1>' });
  const ports: number[] = [];
  for (const server of [secure, broken]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    ports.push(typeof address === 'object' && address ? address.port : 0);
  }
  await using client = await connect(browser, { workspace: folder.path });
  for (let round = 0; round < 4; round++) {
    for (const [index, reason] of [/certificate|ERR_CERT/, /ERR_SSL|ERR_/].entries()) {
      const failed = await client.call('browser_navigate', { url: `https://127.0.0.1:${ports[index]}/` });
      expect(failed.error, failed.text).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(reason) });
      const next = await client.call('browser_navigate', { url: `${site.url}/?${round}` });
      expect(next.text, `round ${round}`).toContain('heading "Plain"');
    }
  }
  for (const server of [secure, broken]) server.close();
  secure.closeAllConnections();
});
