import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { connect, temporaryFolder, type TestClient } from '@sandlot/core/testing';
import { chromium } from 'playwright-core';
import { expect } from 'vitest';
import { browser } from '../src/index.ts';
import { proxyFlags } from '../src/network/leaks.ts';
import { desktopIt as it, startDesktop } from './desktop.ts';
import { startOuterProxy } from './outer-proxy.ts';
import { headers, serve } from './served.ts';
import { startSite } from './site.ts';

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** Sites of the agent and of the sandbox, and a browser on a display. */
async function world(flags: string[] = []) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const own = stack.use(await startSite({ '/': '<h1>Secret console</h1>' }));
  const site = stack.use(await startSite({ '/': '<h1>Mine</h1>' }));
  const desktop = stack.use(await startDesktop(...flags));
  const options = { cdpEndpoint: desktop.endpoint, blockedPorts: new URL(own.url).port };
  const log: string[] = [];
  const attach = async (more: Record<string, unknown> = {}): Promise<TestClient> =>
    stack.use(await connect(browser, { workspace: folder.path, options: { ...options, ...more }, onLog: (line) => log.push(line) }));
  return { own, site, desktop, options, log, attach, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

it('the policy rules a browser that somebody else started to go through the proxy: the agent, its scripts, and the person', async () => {
  const port = await freePort();
  await using at = await world(proxyFlags(`http://127.0.0.1:${port}`));
  const agent = await at.attach({ proxyPort: port });
  expect((await agent.call('browser_navigate', { url: at.site.url })).text).toContain('heading "Mine"');
  const tabs = await agent.call('browser_tabs', { action: 'list' });
  expect(tabs.facts['network_policy']).toBe('on');
  expect(tabs.text).not.toContain('Warning: The network policy');
  expect(at.log.join('\n')).not.toContain('does not hold');
  const refused = await agent.call('browser_navigate', { url: at.own.url });
  expect(refused.error).toMatchObject({ code: 'PERMISSION_DENIED', message: expect.stringContaining('belongs to the sandbox itself') });
  expect((await agent.call('browser_navigate', { url: `${at.desktop.endpoint}/json/list` })).error?.code).toBe('PERMISSION_DENIED');
  await agent.call('browser_navigate', { url: at.site.url });
  await agent.call('browser_evaluate', { function: `() => fetch('${at.own.url}', { mode: 'no-cors' }).then(() => 0, () => 0)` });
  await using person = await chromium.connectOverCDP(at.desktop.endpoint, { noDefaults: true });
  const page = await person.contexts()[0]?.newPage();
  expect((await page?.goto(at.own.url))?.status()).toBe(403);
  const bob = await agent.as('bob');
  expect((await bob.call('browser_navigate', { url: at.own.url })).error?.code).toBe('PERMISSION_DENIED');
  expect(at.own.seen).toEqual([]);
  // Without the server there is no way to a network at all.
  await agent[Symbol.asyncDispose]();
  await expect(page?.goto(at.site.url)).rejects.toThrow('ERR_PROXY_CONNECTION_FAILED');
});

it('a browser that goes past the proxy is told as such: in the log, the first answer and the list of tabs', async () => {
  await using at = await world();
  const agent = await at.attach();
  const first = await agent.call('browser_navigate', { url: at.site.url });
  expect(first.text).toMatch(/Warning: The network policy does not hold .*http pages, https pages, addresses of this machine/);
  expect(at.log.join('\n')).toContain('--proxy-server=http://127.0.0.1:');
  const tabs = await agent.call('browser_tabs', { action: 'list' });
  expect(tabs.facts['network_policy']).toBe('off');
  expect(tabs.text).toContain('Warning: The network policy does not hold');
});

it('a browser that leaves this machine out of its proxy is told as such', async () => {
  const port = await freePort();
  await using at = await world(proxyFlags(`http://127.0.0.1:${port}`).filter((flag) => !flag.startsWith('--proxy-bypass')));
  const agent = await at.attach({ proxyPort: port });
  const first = await agent.call('browser_navigate', { url: at.site.url });
  expect(first.text).toContain('does not hold for this Chromium: addresses of this machine go past');
});

it('contexts that are made for callers go through the proxy in any browser, those of outside clients too', async () => {
  await using at = await world(['--force-webrtc-ip-handling-policy=disable_non_proxied_udp']);
  const agent = await at.attach({ isolated: true });
  const first = await agent.call('browser_navigate', { url: at.site.url });
  expect(first.text).toContain('heading "Mine"');
  expect(first.text).not.toContain('Warning: The network policy');
  expect((await agent.call('browser_tabs', { action: 'list' })).facts['network_policy']).toBe('on');
  expect((await agent.call('browser_navigate', { url: at.own.url })).error?.code).toBe('PERMISSION_DENIED');
  await using server = await serve(at.options);
  const outside = await chromium.connectOverCDP(`${server.url}/v1/browser/cdp`, { headers });
  const page = await (await outside.newContext()).newPage();
  expect((await page.goto(at.own.url))?.status()).toBe(403);
  await outside.close();
  expect(at.own.seen).toEqual([]);
});

it('says that the port of the proxy is taken, and by what that may be', async () => {
  await using at = await world();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const agent = await at.attach({ proxyPort: typeof address === 'object' && address ? address.port : 0 });
  const answer = await agent.call('browser_navigate', { url: at.site.url });
  expect(answer.error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('--proxy-port') });
  taken.close();
});

it('CVE-2026-43576 (B3): a debugging port cannot send the server to another host', async () => {
  const connections: unknown[] = [];
  const other = createServer((socket) => {
    connections.push(socket.remotePort);
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const elsewhere = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const liar = createHttpServer((request, response) => {
    if (request.url === '/moved/json/version') return void response.writeHead(302, { location: `http://${elsewhere}/` }).end();
    return void response.end(JSON.stringify({ webSocketDebuggerUrl: `ws://${elsewhere}/devtools/browser/x` }));
  }).listen(0, '127.0.0.1');
  await once(liar, 'listening');
  const at = liar.address();
  await using folder = await temporaryFolder();
  await using client = await connect(browser, {
    workspace: folder.path,
    options: { cdpEndpoint: `http://127.0.0.1:${typeof at === 'object' ? at?.port : 0}` },
  });
  const answer = await client.call('browser_navigate', { url: 'http://127.0.0.1/' });
  expect(answer.error, answer.text).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('No browser answers') });
  expect(connections).toEqual([]);
  liar.close();
  other.close();
});

it('a PDF of an attached browser is fetched by the same way as its page, and so under the same policy', async () => {
  await using at = await world();
  // Nobody but this proxy knows the host.
  await using next = await startOuterProxy();
  const agent = await at.attach({ isolated: true, proxyServer: `http://${next.address}` });
  const answer = await agent.call('browser_navigate', { url: 'http://intra.invalid/a.pdf' });
  expect(answer.facts['files'], answer.text).toMatchObject([{ state: 'completed', bytes: 8 }]);
});
