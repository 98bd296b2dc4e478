import { readdir, writeFile } from 'node:fs/promises';
import { chromium, type Browser, type CDPSession } from 'playwright-core';
import { describe, expect, vi } from 'vitest';
import { WebSocket } from 'ws';
import { desktopIt as it, startDesktop } from './desktop.ts';
import { headers, serve } from './served.ts';
import { attachment, type Handler, startSite } from './site.ts';

const patient = { timeout: 60_000, interval: 50 };

/** An agent at work in a shared browser, and the endpoint for others. */
async function share(pages: Record<string, string | Handler>, options: Record<string, unknown> = {}) {
  const stack = new AsyncDisposableStack();
  const site = stack.use(await startSite(pages));
  const desktop = stack.use(await startDesktop());
  const server = stack.use(await serve({ cdpEndpoint: desktop.endpoint, ...options }));
  const outside = async (): Promise<Browser> => chromium.connectOverCDP(`${server.url}/v1/browser/cdp`, { headers });
  return { site, desktop, server, outside, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const shop = {
  '/': '<title>Shop</title><button onclick="out.textContent = ++n">Add</button><p id=out></p><a href=/file>Get</a><script>var n = 0</script>',
  '/file': attachment('bill.txt', 'paid'),
};

async function refused(cdp: CDPSession, method: string, params: Record<string, unknown> = {}): Promise<string> {
  const send: (method: string, params: Record<string, unknown>) => Promise<unknown> = cdp.send.bind(cdp) as never;
  return send(method, params).then(
    (result) => `done: ${JSON.stringify(result)}`,
    (error: unknown) => String(error),
  );
}

it('a Playwright client from outside and the agent both finish, and downloads land in the workspace', async () => {
  await using at = await share(shop);
  await at.server.call('browser_navigate', { url: at.site.url });
  const outside = await at.outside();
  const [context] = outside.contexts();
  expect(context?.pages().map((page) => page.url())).toEqual([`${at.site.url}/`]);
  const script = async () => {
    const page = await context?.newPage();
    if (!page) throw new Error('no page');
    await page.goto(at.site.url);
    for (let click = 0; click < 10; click++) await page.click('button');
    expect(await page.textContent('#out')).toBe('10');
    await page.click('a');
    await page.screenshot();
    await page.close();
    return 'done';
  };
  const agent = async () => {
    for (let click = 0; click < 5; click++) await at.server.call('browser_click', { target: 'button', tabId: 't1' });
    return at.server.call('browser_click', { target: 'a', tabId: 't1' });
  };
  const [scripted, answer] = await Promise.all([script(), agent()]);
  expect(scripted).toBe('done');
  expect(answer).toContain('Downloaded');
  await vi.waitFor(
    async () => expect((await readdir(`${at.server.workspace}/downloads`)).toSorted()).toEqual(['bill-1.txt', 'bill.txt']),
    patient,
  );
  expect(await at.server.call('browser_snapshot', { tabId: 't1' })).toContain('"5"');
  // Closing the browser from outside ends the connection only.
  await refused(await outside.newBrowserCDPSession(), 'Browser.close');
  await vi.waitFor(() => expect(outside.isConnected()).toBe(false), patient);
  expect(await at.server.call('browser_snapshot', { tabId: 't1' })).toContain('Shop');
});

it('a dialog of the agent waits for the agent, although a client without a listener is attached', async () => {
  await using at = await share({ '/': '<button onclick="this.textContent = confirm(`Sure?`)">Go</button>' });
  await at.server.call('browser_navigate', { url: at.site.url });
  const outside = await at.outside();
  expect(await at.server.call('browser_click', { target: 'button' })).toContain('Sure?');
  // The client dismisses at once; a command of it that came back proves that it has had its turn.
  await outside.contexts()[0]?.cookies();
  expect(await at.server.call('browser_handle_dialog', { accept: true })).toContain('button "true"');
  // Its own pages it answers itself.
  const page = await outside.contexts()[0]?.newPage();
  await page?.goto(at.site.url);
  page?.on('dialog', (dialog) => void dialog.accept());
  await page?.click('button');
  await vi.waitFor(async () => expect(await page?.textContent('button')).toBe('true'), patient);
  await outside.close();
});

describe('a client from outside', () => {
  it('does not see, reach or hear what belongs to another owner', async () => {
    await using at = await share(shop, { isolated: true });
    const signal = AbortSignal.timeout(120_000);
    await at.server.runtime.call('browser_navigate', { url: `${at.site.url}/?bob` }, { signal, principal: 'bob' });
    await at.server.runtime.call('browser_cookie_set', { name: 'login', value: 'bob' }, { signal, principal: 'bob' });
    const direct = await chromium.connectOverCDP(at.desktop.endpoint, { noDefaults: true });
    const root = await direct.newBrowserCDPSession();
    const { targetInfos } = await root.send('Target.getTargets');
    const bob = targetInfos.find(({ url }) => url.endsWith('?bob'));
    expect(bob).toBeDefined();
    const outside = await at.outside();
    const page = await outside.contexts()[0]?.newPage();
    if (!page || !bob) throw new Error('no page');
    expect(outside.contexts().flatMap((context) => context.pages().map((each) => each.url()))).not.toContain(bob.url);
    const cdp = await outside.newBrowserCDPSession();
    const { targetId, browserContextId } = bob;
    expect(await refused(cdp, 'Target.getTargets')).not.toContain(targetId);
    for (const [method, params] of [
      ['Target.attachToTarget', { targetId, flatten: true }],
      ['Target.getTargetInfo', { targetId }],
      ['Target.closeTarget', { targetId }],
      ['Target.activateTarget', { targetId }],
      ['Target.createTarget', { url: 'about:blank', browserContextId }],
      ['Target.disposeBrowserContext', { browserContextId }],
      ['Storage.getCookies', { browserContextId }],
      ['Storage.clearCookies', { browserContextId }],
      ['Browser.grantPermissions', { browserContextId, permissions: ['geolocation'] }],
      ['Browser.getWindowForTarget', { targetId }],
      ['Browser.setWindowBounds', { windowId: 1, bounds: { width: 10 } }],
    ] as const) {
      expect(await refused(cdp, method, params), method).toContain('rotocol error');
    }
    expect(JSON.stringify(await page.context().cookies())).not.toContain('bob');
    // Nor what comes later.
    const heard: string[] = [];
    const send: (method: string, params: object) => Promise<unknown> = cdp.send.bind(cdp) as never;
    cdp.on('Target.targetCreated' as never, (event: unknown) => heard.push(JSON.stringify(event)));
    await send('Target.setDiscoverTargets', { discover: true });
    await at.server.runtime.call('browser_navigate', { url: `${at.site.url}/?later`, newTab: true }, { signal, principal: 'bob' });
    await page.goto(`${at.site.url}/?mine`);
    expect(heard.join('\n')).not.toContain('bob');
    expect(heard.join('\n')).not.toContain('later');
    await outside.close();
    await direct.close();
  });

  it('cannot take what belongs to the browser as a whole', async () => {
    await using at = await share(shop);
    await at.server.call('browser_navigate', { url: at.site.url });
    const outside = await at.outside();
    const page = await outside.contexts()[0]?.newPage();
    if (!page) throw new Error('no page');
    const cdp = await page.context().newCDPSession(page);
    expect(await refused(await outside.newBrowserCDPSession(), 'Browser.crash')).toContain('rotocol error');
    for (const [method, params] of [
      ['Browser.crash', {}],
      ['SystemInfo.getInfo', {}],
      ['Tracing.start', {}],
      ['Tethering.bind', { port: 9999 }],
      ['Target.exposeDevToolsProtocol', { targetId: 'x' }],
      ['Target.setRemoteLocations', { locations: [] }],
      ['Page.navigate', { url: 'file:///etc/passwd' }],
      ['Page.navigate', { url: ' \tfile:///etc/passwd' }],
      ['Target.createTarget', { url: 'chrome://settings' }],
      ['Page.navigate', { url: 'view-source:file:///etc/passwd' }],
    ] as const) {
      expect(await refused(cdp, method, params), `${method} ${JSON.stringify(params)}`).toContain('rotocol error');
    }
    await refused(cdp, 'Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: '/nowhere' });
    await refused(cdp, 'Page.setDownloadBehavior', { behavior: 'deny' });
    expect(await at.server.call('browser_click', { target: 'a', tabId: 't1' })).toContain('Downloaded');
    await outside.close();
  });

  it('gives pages files of the workspace only', async () => {
    await using at = await share({ '/': '<input type=file onchange="document.title = this.files[0].name">' });
    await writeFile(`${at.server.workspace}/a.txt`, 'hello');
    await at.server.call('browser_navigate', { url: at.site.url });
    const outside = await at.outside();
    const [page] = outside.contexts()[0]?.pages() ?? [];
    if (!page) throw new Error('no page');
    const cdp = await page.context().newCDPSession(page);
    const { root } = await cdp.send('DOM.getDocument');
    const { nodeId } = await cdp.send('DOM.querySelector', { nodeId: root.nodeId, selector: 'input' });
    expect(await refused(cdp, 'DOM.setFileInputFiles', { files: ['/etc/passwd'], nodeId })).toContain('outside the workspace');
    expect(await refused(cdp, 'DOM.setFileInputFiles', { files: ['a.txt'], nodeId })).toContain('done');
    await vi.waitFor(async () => expect(await page.title()).toBe('a.txt'), patient);
    await outside.close();
  });

  it('does not end the browser by closing the last tab', async () => {
    await using at = await share(shop);
    await at.server.call('browser_navigate', { url: at.site.url });
    const outside = await at.outside();
    for (const page of outside.contexts()[0]?.pages() ?? []) await page.close();
    await outside.close();
    // The call that meets the closing tab may say so.
    await vi.waitFor(async () => expect(await at.server.call('browser_navigate', { url: at.site.url })).toContain('Shop'), patient);
    expect(await fetch(`${at.desktop.endpoint}/json/version`).then(({ status }) => status)).toBe(200);
  });

  it('finds its pages at json/list, and drives one of them alone', async () => {
    await using at = await share(shop);
    await at.server.call('browser_navigate', { url: at.site.url });
    expect((await fetch(`${at.server.url}/v1/browser/cdp/json/list`)).status).toBe(401);
    const list = await (await fetch(`${at.server.url}/v1/browser/cdp/json/list`, { headers })).json();
    expect(list).toEqual([expect.objectContaining({ type: 'page', title: 'Shop', url: `${at.site.url}/` })]);
    for (const alias of ['/cdp/json/list', '/json/list']) {
      expect(await (await fetch(`${at.server.url}${alias}`, { headers })).json(), alias).toEqual(list);
    }
    const [{ webSocketDebuggerUrl }] = list as [{ webSocketDebuggerUrl: string }];
    const socket = new WebSocket(webSocketDebuggerUrl, { headers });
    await new Promise((resolve) => socket.once('open', resolve));
    const ask = async (message: object) => {
      socket.send(JSON.stringify(message));
      return new Promise<string>((resolve) => socket.once('message', (data) => resolve(Buffer.isBuffer(data) ? data.toString() : '')));
    };
    expect(await ask({ id: 1, method: 'Runtime.evaluate', params: { expression: 'document.title' } })).toContain('Shop');
    expect(await ask({ id: 2, method: 'SystemInfo.getInfo' })).toContain('reaches the whole browser');
    expect(await ask({ id: 3, method: 'Runtime.evaluate', sessionId: 'ABC' })).toContain('No session');
    socket.close();
    const unknown = new WebSocket(webSocketDebuggerUrl.replace(/target=.*/, 'target=nobody'), { headers });
    expect(await new Promise((resolve) => unknown.once('unexpected-response', (_, response) => resolve(response.statusCode)))).toBe(404);
  });

  it('is told that a browser on a pipe has no endpoint', async () => {
    await using server = await serve();
    const answer = await fetch(`${server.url}/v1/browser/cdp/json/version`, { headers });
    expect(await answer.text()).toContain('--cdp-endpoint');
    expect(answer.status).toBe(409);
  });
});
