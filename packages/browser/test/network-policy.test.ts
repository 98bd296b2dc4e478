import { writeFile } from 'node:fs/promises';
import { connect, type TestClient, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { browser } from '../src/index.ts';
import { NetworkPolicy } from '../src/network/policy.ts';
import { examples, html } from './examples.ts';
import { commandOf, descendants } from './processes.ts';
import { attachment, type Handler, type Site, startSite } from './site.ts';

const redirectTo =
  (location: string): Handler =>
  (_, response) => {
    response.writeHead(302, { location });
    response.end();
  };

/** A site that the agent serves, and one whose port belongs to the sandbox. */
async function open(options: Record<string, unknown> = {}, caps: readonly string[] = []) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const own = stack.use(await startSite({ '/': '<h1>Secret console</h1>', '/file': attachment('secret.txt', 'secret') }));
  const pages: Record<string, string | Handler> = {};
  const site: Site = stack.use(await startSite(pages));
  const client: TestClient = stack.use(
    await connect(browser, { workspace: folder.path, caps, options: { blockedPorts: new URL(own.url).port, ...options } }),
  );
  return { client, site, pages, own, folder: folder.path, port: new URL(own.url).port, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const addresses = (port: string) => [
  `http://127.0.0.1:${port}/`,
  `http://localhost:${port}/`,
  `http://[::1]:${port}/`,
  `http://2130706433:${port}/`,
  `http://0177.0.0.1:${port}/`,
  `http://0x7f000001:${port}/`,
  `http://127.1:${port}/`,
  `http://[::ffff:127.0.0.1]:${port}/`,
  `http://0.0.0.0:${port}/`,
  'http://169.254.169.254/latest/meta-data/',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'http://10.0.0.1/',
  'http://192.168.0.1/',
  'http://100.100.100.200/',
  'http://168.63.129.16/',
];
const schemes = [
  'file:///etc/passwd',
  'view-source:http://127.0.0.1/',
  'chrome://settings',
  'chrome://crash',
  'devtools://devtools/bundled/inspector.html',
  'javascript:alert(1)',
  'filesystem:http://127.0.0.1/temporary/x',
  'ftp://127.0.0.1/',
];

describe('CVE-2026-43527, CVE-2026-43573, CVE-2026-42439, CVE-2026-35673 (B4): the policy holds on every route, not on navigate alone', () => {
  it('navigate and new tabs', async () => {
    await using world = await open();
    for (const url of [...addresses(world.port), ...schemes]) {
      const answer = await world.client.call('browser_navigate', { url });
      expect(answer.error?.code, `${url}: ${answer.text}`).toBe('PERMISSION_DENIED');
      const tab = await world.client.call('browser_tabs', { action: 'new', url });
      expect(tab.error?.code, `${url}: ${tab.text}`).toBe('PERMISSION_DENIED');
    }
    expect(world.own.seen).toEqual([]);
  });

  it('every tool, on a page that asks for forbidden places at every event', async () => {
    await using world = await open({}, ['all']);
    const url = `${world.own.url}/`;
    const events = ['click', 'mousemove', 'wheel', 'keydown', 'input', 'change', 'drop', 'resize', 'beforeprint', 'pagehide', 'storage'];
    world.pages['/'] = `${html}<iframe src="${url}"></iframe><img src="${url}"><script>
      const ask = () => { fetch('${url}', { mode: 'no-cors' }).catch(() => 0); navigator.sendBeacon('${url}'); fetch('/tried') }
      for (const event of ${JSON.stringify(events)}) addEventListener(event, ask, true)
      ask()
      onclick = () => window.open('${url}')
    </script>`;
    await writeFile(`${world.folder}/a.txt`, 'hello');
    for (const [tool, example] of Object.entries(examples(world.site.url))) {
      const args = typeof example === 'function' ? await example(world.client, world.folder) : example;
      const answer = await world.client.call(tool, args);
      expect(JSON.stringify([answer.text, answer.facts]), tool).not.toContain('Secret console');
      expect(world.own.seen, tool).toEqual([]);
      await world.client.call('browser_close');
    }
    // The same page could reach what is allowed.
    expect(world.site.seen.filter((seen) => seen.endsWith('/tried')).length).toBeGreaterThan(50);
  });

  it('redirects, also over several hops', async () => {
    await using world = await open();
    world.pages['/hop'] = redirectTo('/hop2');
    world.pages['/hop2'] = redirectTo(`${world.own.url}/`);
    world.pages['/meta'] = redirectTo('http://169.254.169.254/');
    for (const path of ['/hop', '/meta']) {
      const answer = await world.client.call('browser_navigate', { url: `${world.site.url}${path}` });
      expect(answer.error?.code, answer.text).toBe('PERMISSION_DENIED');
    }
    expect(world.own.seen).toEqual([]);
  });

  it('CVE-2026-44439 (B5): scripts of the page, frames, popups, forms, workers, sockets, downloads, after the first check', async () => {
    await using world = await open();
    const url = `${world.own.url}/`;
    world.pages['/'] = `<h1>Start</h1><a href="${url}file" download>Save</a><form action="${url}" method=post><button>Send</button></form>`;
    world.pages['/worker.js'] = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/javascript' });
      response.end(`fetch('${url}', { mode: 'no-cors' }).catch(() => 0).finally(() => postMessage('done'))`);
    };
    world.pages['/service.js'] = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/javascript' });
      response.end(`oninstall = event => event.waitUntil(fetch('${url}', { mode: 'no-cors' }).catch(() => 0))`);
    };
    const scripts = [
      `fetch('${url}', { mode: 'no-cors' }).then(() => 'reached', () => 'failed')`,
      `fetch('${world.site.url}/hop').then(() => 0, () => 0)`,
      `new Promise(done => { const f = document.createElement('iframe'); f.src = '${url}'; f.onload = f.onerror = done; document.body.append(f) }).then(() => 0)`,
      `new Promise(done => { const i = new Image(); i.src = '${url}'; i.onload = i.onerror = done }).then(() => 0)`,
      `new Promise(done => { const s = new WebSocket('${url.replace('http', 'ws')}'); s.onerror = s.onopen = done }).then(() => 0)`,
      `new Promise(done => { const w = new Worker('/worker.js'); w.onmessage = done }).then(() => 0)`,
      `navigator.serviceWorker.register('/service.js').then(() => navigator.serviceWorker.ready).then(() => 0)`,
      `navigator.sendBeacon('${url}')`,
      `window.open('${url}') && 0`,
    ];
    world.pages['/hop'] = redirectTo(url);
    for (const script of scripts) {
      await world.client.call('browser_navigate', { url: world.site.url });
      await world.client.call('browser_evaluate', { function: `() => ${script}` });
    }
    await world.client.call('browser_navigate', { url: world.site.url });
    await world.client.call('browser_click', { target: 'a' });
    await world.client.call('browser_navigate', { url: world.site.url });
    await world.client.call('browser_click', { target: 'button' });
    await world.client.call('browser_navigate', { url: world.site.url });
    await world.client.call('browser_evaluate', { function: `() => { location.href = '${url}' }` });
    const moved = await world.client.call('browser_snapshot');
    expect(moved.text).not.toContain('Secret');
    for (const scheme of ['file:///etc/passwd', 'chrome://version', 'view-source:http://127.0.0.1/']) {
      await world.client.call('browser_navigate', { url: world.site.url });
      await world.client.call('browser_evaluate', { function: `() => { location.href = '${scheme}'; window.open('${scheme}') }` });
      const tabs = await world.client.call('browser_tabs', { action: 'list' });
      expect(tabs.text).not.toMatch(/file:|chrome:|view-source:/);
    }
    expect(world.own.seen).toEqual([]);
  });
});

it('pages that the agent serves on other ports of this machine work', async () => {
  await using world = await open();
  world.pages['/'] = '<h1>Mine</h1>';
  for (const host of ['127.0.0.1', 'localhost', 'app.localhost']) {
    const answer = await world.client.call('browser_navigate', { url: world.site.url.replace('127.0.0.1', host) });
    expect(answer.text, host).toContain('heading "Mine"');
  }
});

it('the proxy itself cannot be reached through itself', async () => {
  await using world = await open();
  await world.client.call('browser_navigate', { url: world.site.url });
  const commands = descendants(process.pid).map(commandOf);
  const proxy = commands.flatMap((command) => /--proxy-server=(http:\/\/127\.0\.0\.1:\d+)/.exec(command)?.[1] ?? [])[0];
  expect(proxy).toBeDefined();
  const answer = await world.client.call('browser_navigate', { url: proxy });
  expect(answer.error, answer.text).toMatchObject({
    code: 'PERMISSION_DENIED',
    message: expect.stringContaining('belongs to the sandbox itself'),
  });
});

it('without the policy, or with the host allowed, the way is free', async () => {
  await using world = await open({ networkPolicy: false });
  expect((await world.client.call('browser_navigate', { url: world.own.url })).text).toContain('Secret console');
});

describe('the policy', () => {
  const policy = new NetworkPolicy({
    blockedPorts: [8080],
    allowedHosts: ['intra.example', '10.1.0.0/16'],
    blockedHosts: ['*.bad.example', '93.184.0.0/16'],
  });
  const judge = (host: string, address: string, port = 80) => {
    try {
      policy.checkName(host);
      policy.checkAddress(host, address, port);
      return 'free';
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  };

  it('judges what a name stands for (DNS rebinding)', () => {
    expect(judge('rebind.example', '127.0.0.1')).toContain('leads to this machine');
    expect(judge('rebind.example', '169.254.169.254')).toContain('link-local');
    expect(judge('rebind.example', '::ffff:169.254.169.254')).toContain('link-local');
    expect(judge('rebind.example', '64:ff9b::a9fe:a9fe')).toContain('link-local');
    expect(judge('rebind.example', '2002:7f00:1::')).toContain('leads to this machine');
    expect(judge('public.example', '8.8.8.8')).toBe('free');
    expect(judge('public.example', '2606:4700::1111')).toBe('free');
  });

  it('knows allowed and blocked hosts and networks', () => {
    expect(judge('intra.example', '10.9.9.9')).toBe('free');
    expect(judge('other.example', '10.1.2.3')).toBe('free');
    expect(judge('other.example', '10.2.2.3')).toContain('private');
    expect(judge('x.bad.example', '8.8.8.8')).toContain('blocked hosts');
    expect(judge('fine.example', '93.184.1.1')).toContain('blocked network');
    expect(judge('localhost', '127.0.0.1', 8080)).toContain('8080');
    expect(judge('localhost', '::1', 3000)).toBe('free');
  });
});
