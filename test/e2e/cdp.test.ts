/** An outside Playwright client reaches the shared browser through the gateway. */
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { expect } from 'vitest';
import { keyEntry, realGateway } from '../../apps/gateway/test/real-gateway.ts';
import { desktopIt as it, startDesktop } from '../../packages/browser/test/desktop.ts';
import { startSite } from '../../packages/browser/test/site.ts';
import { refusalOf } from '../../packages/shell/test/terminal-client.ts';

const ada = 'sk-ada-0123456789abcdef';
const eve = 'sk-eve-0123456789abcdef';
const keys = [keyEntry('ada', ada, ['browser:*']), keyEntry('eve', eve, ['browser:read'])];
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

/** A gateway whose browser server is attached to a browser on a display. */
async function share(file: Record<string, unknown> = {}) {
  const stack = new AsyncDisposableStack();
  const desktop = stack.use(await startDesktop());
  const site = stack.use(await startSite({ '/': '<title>Shop</title><button onclick="this.textContent = `Done`">Go</button>' }));
  const servers = { browser: { cdpEndpoint: desktop.endpoint } };
  const gateway = stack.use(await realGateway(['browser'], { auth: { keys }, ...file }, servers));
  await gateway.call(ada, 'browser_navigate', { url: site.url });
  return { site, gateway, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

it('with a key at either address, and drives the tab of its owner', async () => {
  await using at = await share();
  for (const path of ['/v1/browser/cdp', '/cdp', '']) {
    const outside = await chromium.connectOverCDP(`${at.gateway.url}${path}`, { headers: bearer(ada) });
    const [page] = outside.contexts()[0]?.pages() ?? [];
    expect(await page?.title(), path).toBe('Shop');
    await page?.click('button');
    await outside.close();
  }
  const { body } = await at.gateway.call(ada, 'browser_snapshot', {});
  expect(JSON.stringify(body)).toContain('Done');
});

it('with a ticket in the address of the WebSocket, once', async () => {
  await using at = await share();
  const made = await at.gateway.request('/tickets', { method: 'POST', as: ada, body: JSON.stringify({ path: '/cdp/devtools/browser' }) });
  const { ticket } = (await made.json()) as { ticket: string };
  const address = `${at.gateway.url.replace('http', 'ws')}/cdp/devtools/browser?ticket=${ticket}`;
  const outside = await chromium.connectOverCDP(address);
  expect(outside.contexts()[0]?.pages()).toHaveLength(1);
  await outside.close();
  await expect(chromium.connectOverCDP(address)).rejects.toThrow('401');
});

it('not without a credential, nor with one that may only look', async () => {
  await using at = await share();
  expect((await fetch(`${at.gateway.url}/v1/browser/cdp/json/version`)).status).toBe(401);
  for (const path of ['/v1/browser/cdp/json/version', '/cdp/json/list', '/json/version']) {
    expect((await at.gateway.request(path, { as: eve })).status, path).toBe(403);
  }
  expect((await refusalOf(`${at.gateway.url}/cdp/devtools/browser`, bearer(eve))).status).toBe(403);
});

it('at the address under which it reached the gateway, also behind a reverse proxy', async () => {
  await using at = await share();
  const addressOf = async (headers: Record<string, string>) => {
    const answer = await at.gateway.request('/v1/browser/cdp/json/version', { as: ada, headers });
    return ((await answer.json()) as { webSocketDebuggerUrl: string }).webSocketDebuggerUrl;
  };
  expect(await addressOf({})).toBe(`${at.gateway.url.replace('http', 'ws')}/cdp/devtools/browser`);
  const outer = { 'x-forwarded-host': 'box.example', 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/a/' };
  expect(await addressOf(outer)).toBe('wss://box.example/a/cdp/devtools/browser');
  for (const bad of ['evil.example/path?', 'a b', 'user@evil.example']) {
    expect(await addressOf({ 'x-forwarded-host': bad }), bad).toContain(new URL(at.gateway.url).host);
  }
  // A client that a proxy leads here finds its way back through the proxy.
  const seen: string[] = [];
  const proxy = createServer((request, response) => {
    seen.push(request.url ?? '');
    void fetch(`${at.gateway.url}${request.url}`, {
      headers: { ...bearer(ada), 'x-forwarded-host': request.headers.host ?? '' },
    }).then(async (answer) => response.writeHead(answer.status).end(await answer.text()));
  });
  await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready));
  const address = proxy.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const list = await (await fetch(`http://127.0.0.1:${port}/cdp/json/list`)).text();
  expect(list).toContain(`ws://127.0.0.1:${port}/cdp/devtools/page?target=`);
  proxy.close();
});
