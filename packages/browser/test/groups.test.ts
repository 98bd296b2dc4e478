import { readFile, writeFile } from 'node:fs/promises';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it, vi } from 'vitest';
import { browser } from '../src/index.ts';
import { startSite } from './site.ts';

it('vision: clicks, drags and scrolls at coordinates, which fit a scaled screenshot', async () => {
  await using folder = await temporaryFolder();
  await using site = await startSite({
    '/': `<body style="margin:0;height:5000px"><script>let log = ''; for (const t of ['mousedown','mouseup','dblclick','contextmenu']) addEventListener(t, e => log += t + ' ' + e.clientX + ',' + e.clientY + ' ')</script><button style="position:absolute;left:600px;top:300px;width:200px;height:100px" onclick="this.textContent='Hit'">Go</button>`,
  });
  await using client = await connect(browser, { workspace: folder.path, caps: ['vision'] });
  await client.call('browser_navigate', { url: site.url });
  const shot = await client.call('browser_take_screenshot', { maxWidth: 640 });
  expect(shot.facts).toMatchObject({ width: 640, height: 360, scale: 0.5 });
  const scale = Number(shot.facts['scale']);
  const hit = await client.call('browser_mouse_click_xy', { x: 350 / scale, y: 175 / scale });
  expect(hit.text).toContain('button "Hit"');
  await client.call('browser_mouse_drag_xy', { startX: 10, startY: 10, endX: 110, endY: 60 });
  await client.call('browser_mouse_move_xy', { x: 5, y: 7 });
  await client.call('browser_mouse_down');
  await client.call('browser_mouse_up');
  await client.call('browser_mouse_wheel', { deltaY: 500 });
  const log = await client.call('browser_evaluate', { function: '() => log' });
  expect(log.text).toContain('mousedown 10,10 mouseup 110,60 mousedown 5,7 mouseup 5,7');
  await vi.waitFor(async () => expect((await client.call('browser_evaluate', { function: '() => scrollY' })).text).toContain('500'), {
    timeout: 30_000,
  });
});

it('screenshots: one element, the whole page with a limit, into a file, as webp', async () => {
  await using folder = await temporaryFolder();
  await using site = await startSite({
    '/': `<body style="margin:0"><div id=box style="width:300px;height:40px;background:red"></div><div style="height:20000px"></div>`,
  });
  await using client = await connect(browser, { workspace: folder.path });
  await client.call('browser_navigate', { url: site.url });
  expect((await client.call('browser_take_screenshot', { target: '#box' })).facts).toMatchObject({ width: 300, height: 40, scale: 1 });
  const full = await client.call('browser_take_screenshot', { fullPage: true });
  expect(full.facts).toMatchObject({ width: 1280, height: 8000 });
  expect(full.text).toContain('12040 CSS pixels at the bottom left out');
  const file = await client.call('browser_take_screenshot', { type: 'webp', filename: 'shots/a.webp' });
  expect(file.facts['path']).toBe(`${folder.path}/shots/a.webp`);
  expect((await readFile(`${folder.path}/shots/a.webp`)).subarray(8, 12).toString()).toBe('WEBP');
  const again = await client.call('browser_take_screenshot', { type: 'webp', filename: 'shots/a.webp' });
  expect(again.facts['path']).toBe(`${folder.path}/shots/a-1.webp`);
  const outside = await client.call('browser_take_screenshot', { filename: '../a.png' });
  expect(outside.error?.code).toBe('PERMISSION_DENIED');
});

it('pdf: prints into the workspace', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(browser, { workspace: folder.path, caps: ['pdf'] });
  await client.call('browser_navigate', { url: 'data:text/html,<title>My: report</title>hello' });
  const answer = await client.call('browser_pdf_save');
  expect(answer.facts['path']).toBe(`${folder.path}/My_ report.pdf`);
  expect((await readFile(String(answer.facts['path']))).subarray(0, 5).toString()).toBe('%PDF-');
});

it('storage: a login is saved, forgotten and loaded again; another caller never sees it', async () => {
  await using folder = await temporaryFolder();
  await using site = await startSite({ '/': (request, response) => response.end(`<p>cookie: ${request.headers.cookie ?? 'none'}</p>`) });
  await using ada = await connect(browser, { workspace: folder.path, caps: ['storage'], principal: 'ada' });
  const bob = await ada.as('bob');
  await ada.call('browser_navigate', { url: site.url });
  await ada.call('browser_cookie_set', { name: 'login', value: 'ada' });
  await ada.call('browser_localstorage_set', { key: 'theme', value: 'dark' });
  await ada.call('browser_sessionstorage_set', { key: 'step', value: '2' });
  expect((await ada.call('browser_navigate', { url: site.url })).text).toContain('cookie: login=ada');
  expect((await bob.call('browser_navigate', { url: site.url })).text).toContain('cookie: none');
  expect((await bob.call('browser_cookie_list')).facts['cookies']).toEqual([]);
  expect((await bob.call('browser_localstorage_list')).facts['entries']).toEqual({});
  const saved = await ada.call('browser_storage_state', { filename: 'login.json' });
  expect(saved.facts['path']).toBe(`${folder.path}/login.json`);
  expect((await ada.call('browser_sessionstorage_get', { key: 'step' })).facts['entries']).toEqual({ step: '2' });
  await ada.call('browser_localstorage_clear');
  expect((await ada.call('browser_cookie_clear')).facts['removed']).toBe(1);
  expect((await ada.call('browser_navigate', { url: site.url })).text).toContain('cookie: none');
  await ada.call('browser_set_storage_state', { filename: 'login.json' });
  expect((await ada.call('browser_navigate', { url: site.url })).text).toContain('cookie: login=ada');
  expect((await ada.call('browser_localstorage_get', { key: 'theme' })).facts['entries']).toEqual({ theme: 'dark' });
  await writeFile(`${folder.path}/bad.json`, '{"cookies": 1}');
  expect((await ada.call('browser_set_storage_state', { filename: 'bad.json' })).error?.code).toBe('INVALID_ARGUMENT');
});

it('a saved state and a script can be there from the start', async () => {
  await using folder = await temporaryFolder();
  await using site = await startSite({ '/': (request, response) => response.end(`<p>cookie: ${request.headers.cookie ?? 'none'}</p>`) });
  const cookie = {
    name: 'login',
    value: 'ada',
    domain: '127.0.0.1',
    path: '/',
    expires: -1,
    httpOnly: false,
    secure: false,
    sameSite: 'Lax',
  };
  await writeFile(`${folder.path}/state.json`, JSON.stringify({ cookies: [cookie], origins: [] }));
  await writeFile(`${folder.path}/init.js`, 'window.early = 42');
  const options = { storageState: `${folder.path}/state.json`, initScript: `${folder.path}/init.js` };
  await using client = await connect(browser, { workspace: folder.path, options });
  expect((await client.call('browser_navigate', { url: site.url })).text).toContain('cookie: login=ada');
  expect((await client.call('browser_evaluate', { function: 'window.early' })).text).toContain('42');
  await using wrong = await connect(browser, { workspace: folder.path, options: { storageState: `${folder.path}/none.json` } });
  expect((await wrong.call('browser_navigate', { url: site.url })).error).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('none.json'),
  });
});

it('a group that is off is named', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(browser, { workspace: folder.path });
  await expect(client.call('browser_pdf_save')).rejects.toThrow('group "pdf"');
});
