import { readdir, readFile, writeFile } from 'node:fs/promises';
import { connect, kill, temporaryFolder, type TestClient } from '@sandlot/core/testing';
import { chromium, type Dialog } from 'playwright-core';
import { expect, vi } from 'vitest';
import { browser } from '../src/index.ts';
import { desktopIt as it, startDesktop } from './desktop.ts';
import { attachment, type Handler, startSite } from './site.ts';

const patient = { timeout: 60_000, interval: 50 };

/** An agent whose server is attached to a browser on a display. */
async function attach(pages: Record<string, string | Handler>, options: Record<string, unknown> = {}) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const site = stack.use(await startSite(pages));
  const desktop = stack.use(await startDesktop());
  const client: TestClient = stack.use(
    await connect(browser, { workspace: folder.path, caps: ['all'], options: { cdpEndpoint: desktop.endpoint, ...options } }),
  );
  return { folder, site, desktop, client, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

it('puts downloads of a shared browser into the workspace, two of the same name too, though another client asked for them', async () => {
  await using at = await attach({ '/': '<a href=/file>Get</a>', '/file': attachment('report.csv', 'a,b') });
  await at.client.call('browser_navigate', { url: at.site.url });
  const first = await at.client.call('browser_click', { target: 'a' });
  expect(first.text).toContain('Downloaded');
  // A client with Playwright's defaults sends all downloads of the browser to a folder of its own.
  await using outside = await chromium.connectOverCDP(at.desktop.endpoint);
  const second = await at.client.call('browser_click', { target: 'a' });
  expect(second.facts['files']).toEqual([{ path: `${at.folder.path}/downloads/report-1.csv`, bytes: 3, state: 'completed' }]);
  expect(await readFile(`${at.folder.path}/downloads/report.csv`, 'utf8')).toBe('a,b');
  expect((await readdir(`${at.folder.path}/downloads`)).toSorted()).toEqual(['report-1.csv', 'report.csv']);
  expect(outside.isConnected()).toBe(true);
});

it('sees the tab of a person, works in it, and leaves it open at the end', async () => {
  await using at = await attach({ '/': '<title>Theirs</title><button onclick="this.textContent=`Done`">Go</button>' });
  await using person = await chromium.connectOverCDP(at.desktop.endpoint, { noDefaults: true });
  const [page] = person.contexts()[0]?.pages() ?? [];
  await page?.goto(at.site.url);
  const tabs = await at.client.call('browser_tabs', { action: 'list' });
  expect(tabs.text).toContain('Theirs');
  expect((await at.client.call('browser_click', { target: 'button' })).text).toContain('button "Done"');
  await at.client.call('browser_tabs', { action: 'new', url: at.site.url });
  await vi.waitFor(() => expect(person.contexts()[0]?.pages()).toHaveLength(2), patient);
  await at.client.call('browser_close');
  await vi.waitFor(() => expect(person.contexts()[0]?.pages()).toHaveLength(1), patient);
  expect(await page?.title()).toBe('Theirs');
});

it('brings a tab to the front when an action needs it', async () => {
  await using at = await attach({ '/': '<button onclick="this.textContent=`Done`">Go</button>' });
  await at.client.call('browser_navigate', { url: at.site.url });
  await using person = await chromium.connectOverCDP(at.desktop.endpoint, { noDefaults: true });
  await (await person.contexts()[0]?.newPage())?.bringToFront();
  expect((await at.client.call('browser_click', { target: 'button' })).text).toContain('button "Done"');
});

it('does not end the browser with its last tab, nor with the server', async () => {
  await using at = await attach({ '/': '<title>Only</title>' });
  await at.client.call('browser_navigate', { url: at.site.url });
  await at.client.call('browser_tabs', { action: 'close' });
  const left = await at.client.call('browser_tabs', { action: 'list' });
  expect(left.text).toContain('about:blank');
  await at.client[Symbol.asyncDispose]();
  await using person = await chromium.connectOverCDP(at.desktop.endpoint, { noDefaults: true });
  expect(person.contexts()[0]?.pages()).toHaveLength(1);
});

it('resizes the window rather than the page inside it', async () => {
  await using at = await attach({ '/': '<title>Size</title>' });
  await at.client.call('browser_navigate', { url: at.site.url });
  await at.client.call('browser_resize', { width: 900, height: 500 });
  await vi.waitFor(async () => {
    const size = await at.client.call('browser_evaluate', { function: '() => [innerWidth, innerHeight, outerWidth - innerWidth < 100]' });
    expect(size.text.replaceAll(/\s/g, '')).toContain('[900,500,true]');
  }, patient);
});

it('catches a file chooser during an action, and leaves it to the person otherwise', async () => {
  await using at = await attach({ '/': '<input type=file onchange="out.textContent = this.files[0].name"><p id=out></p>' });
  await writeFile(`${at.folder.path}/a.txt`, 'hello');
  await at.client.call('browser_navigate', { url: at.site.url });
  const opened = await at.client.call('browser_click', { target: 'input' });
  expect(opened.text).toContain('A file chooser is open');
  expect((await at.client.call('browser_file_upload', { paths: ['a.txt'] })).text).toContain('a.txt');
});

it('keeps a dialog for the agent, and forgets it when somebody else has answered it', async () => {
  await using at = await attach({ '/': '<button onclick="this.textContent = confirm(`Sure?`)">Go</button>' });
  await at.client.call('browser_navigate', { url: at.site.url });
  await using person = await chromium.connectOverCDP(at.desktop.endpoint, { noDefaults: true });
  const [page] = person.contexts()[0]?.pages() ?? [];
  const dialogs: Dialog[] = [];
  page?.on('dialog', (dialog) => dialogs.push(dialog));
  expect((await at.client.call('browser_click', { target: 'button' })).facts['dialog']).toContain('Sure?');
  expect((await at.client.call('browser_handle_dialog', { accept: true })).text).toContain('button "true"');
  await at.client.call('browser_click', { target: 'button' });
  await vi.waitFor(() => expect(dialogs).toHaveLength(2), patient);
  await dialogs[1]?.dismiss();
  await vi.waitFor(async () => expect((await at.client.call('browser_snapshot')).text).toContain('button "false"'), patient);
});

it('windows that a page opens over itself, to print or to ask for a permission, do not stop the agent', async () => {
  await using at = await attach({
    '/': `<button id=print onclick="print(); this.textContent='Printed'">P</button><button id=full onclick="document.documentElement.requestFullscreen()">F</button>
      <button id=ask onclick="Notification.requestPermission(); navigator.geolocation.getCurrentPosition(() => out.textContent = 'place', () => 0); navigator.clipboard?.readText().then(() => out.textContent = 'clipboard', () => 0)">A</button><p id=out>nothing</p>`,
  });
  await at.client.call('browser_navigate', { url: at.site.url });
  for (const id of ['print', 'full', 'ask']) {
    const answer = await at.client.call('browser_click', { target: `#${id}` });
    expect(answer.isError, answer.text).toBe(false);
  }
  const { text } = await at.client.call('browser_snapshot');
  expect(text).toContain('button "Printed"');
  expect(text).toContain('nothing');
});

it('a download that a person cancels is told as cancelled', async () => {
  const slow: Handler = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename=slow.bin' });
    response.write('x'.repeat(100_000));
  };
  await using at = await attach({ '/': '<a href=/slow>Get</a>', '/slow': slow });
  await using person = await chromium.connectOverCDP(at.desktop.endpoint, { noDefaults: true });
  const cdp = await person.newBrowserCDPSession();
  const begun = new Promise<string>((resolve) => cdp.on('Browser.downloadWillBegin', ({ guid }) => resolve(guid)));
  // For the events; the agent's next action has the downloads back.
  await cdp.send('Browser.setDownloadBehavior', { behavior: 'default', eventsEnabled: true });
  await at.client.call('browser_navigate', { url: at.site.url });
  const answer = await at.client.call('browser_click', { target: 'a' });
  expect(answer.facts['files']).toMatchObject([{ path: 'slow.bin', state: 'running' }]);
  await cdp.send('Browser.cancelDownload', { guid: await begun });
  const list = await at.client.call('browser_get_download_list', { wait: true });
  expect(list.facts['files']).toMatchObject([{ path: 'slow.bin', state: 'cancelled' }]);
});

it('mocks, traces, states, PDF files and videos work in the profile of the browser', async () => {
  await using at = await attach({ '/': '<title>Real</title><button onclick="this.textContent=`Done`">Go</button>' });
  await at.client.call('browser_navigate', { url: at.site.url });
  await at.client.call('browser_start_tracing');
  await at.client.call('browser_start_video', { filename: 'film.avi' });
  await at.client.call('browser_click', { target: 'button' });
  await at.client.call('browser_route', { pattern: '**/mocked', body: '<title>Mocked</title>', contentType: 'text/html' });
  expect((await at.client.call('browser_navigate', { url: `${at.site.url}/mocked` })).facts['title']).toBe('Mocked');
  for (const [name, args] of [
    ['browser_stop_tracing', { filename: 'trace.zip' }],
    ['browser_pdf_save', { filename: 'page.pdf' }],
    ['browser_storage_state', { filename: 'state.json' }],
    ['browser_take_screenshot', { filename: 'shot.png', type: 'png' }],
  ] as const) {
    const answer = await at.client.call(name, args);
    expect(answer.isError, answer.text).toBe(false);
    expect(await readdir(at.folder.path)).toContain(args.filename);
  }
  const film = await at.client.call('browser_stop_video');
  expect(film.isError, film.text).toBe(false);
});

it('gives the profile to one caller and others contexts of their own', async () => {
  await using at = await attach({ '/': '<title>Page</title>' });
  const bob = await at.client.as('bob');
  await at.client.call('browser_navigate', { url: at.site.url });
  await at.client.call('browser_cookie_set', { name: 'login', value: 'ada' });
  await bob.call('browser_navigate', { url: at.site.url });
  expect((await bob.call('browser_evaluate', { function: '() => document.cookie' })).text).not.toContain('ada');
  expect((await bob.call('browser_tabs', { action: 'list' })).facts['tabs']).toHaveLength(1);
  expect((await bob.call('browser_cookie_list')).text).not.toContain('ada');
});

it('attaches again after the browser was killed and started anew', async () => {
  await using at = await attach({ '/': '<title>Again</title>' });
  await at.client.call('browser_navigate', { url: at.site.url });
  kill(at.desktop.browserPid);
  await vi.waitFor(
    () =>
      fetch(at.desktop.endpoint).then(
        () => Promise.reject(new Error('alive')),
        () => undefined,
      ),
    patient,
  );
  await at.desktop.restart();
  const answer = await at.client.call('browser_navigate', { url: at.site.url });
  expect(answer.facts['title']).toBe('Again');
  expect(answer.text).toContain('ended unexpectedly');
});
