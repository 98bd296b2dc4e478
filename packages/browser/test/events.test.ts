import { readFile } from 'node:fs/promises';
import { kill } from '@sandlot/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { openAlone, sharedBrowser } from './pages.ts';
import { alive, commandOf, descendants } from './processes.ts';
import { attachment, type Handler, refIn, startSite } from './site.ts';

const open = sharedBrowser();
const hanging: Handler = () => undefined;
const launchers = () => alive(descendants(process.pid)).filter((pid) => commandOf(pid).includes('--remote-debugging-pipe'));

describe('the effect of an action', () => {
  it('is in its answer when it comes 150 ms later through fetch', async () => {
    await using page = await open(
      `<button onclick="fetch('/data').then(r => r.text()).then(t => out.textContent = t)">Load</button><p id=out>empty</p><p id=clock></p><script>setInterval(() => clock.textContent = Date.now(), 20)</script>`,
      { '/data': (_, response) => void setTimeout(() => response.end('the effect'), 150) },
    );
    const answer = await page.client.call('browser_click', { target: 'button' });
    expect(answer.text).toContain('the effect');
    expect(answer.facts['changed']).toBe(true);
  });

  it('is told as none when nothing changed', async () => {
    await using page = await open(`<button>Idle</button>`);
    const answer = await page.client.call('browser_click', { target: 'button' });
    expect(answer.facts['changed']).toBe(false);
    expect(answer.text).toContain('Nothing changed');
  });

  it('is waited for at most moments on a page that never settles', async () => {
    await using page = await open(
      `<button onclick="fetch('/never')">Go</button><ul id=list></ul><script>setInterval(() => { const li = document.createElement('li'); li.textContent = list.children.length; list.append(li); if (list.children.length > 30) list.replaceChildren() }, 5)</script>`,
      { '/never': hanging },
    );
    const started = performance.now();
    await page.client.call('browser_click', { target: 'button', snapshot: 'none' });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('is the new document when the action leads to one', async () => {
    await using page = await open(`<a href=/slow>Slow</a>`, {
      '/slow': (_, response) => void setTimeout(() => response.end('<h1>Arrived</h1>'), 400),
    });
    const answer = await page.client.call('browser_click', { target: 'a' });
    expect(answer.text).toContain('heading "Arrived"');
    expect(answer.facts['url']).toContain('/slow');
  });

  it('fits into 1,500 characters, with a cursor for the rest', async () => {
    await using page = await open(
      `<button onclick="out.innerHTML = Array.from({length: 500}, (_, i) => '<li>Item ' + i + '</li>').join('')">Fill</button><ul id=out></ul>`,
    );
    const answer = await page.client.call('browser_click', { target: 'button' });
    expect(answer.text.length).toBeLessThanOrEqual(1_500);
    expect(answer.text).toContain('Item 0');
    let text = '';
    for (let cursor = /"cursor":"([^"]+)"/.exec(answer.text)?.[1]; cursor !== undefined;) {
      const next = await page.client.call('browser_snapshot', { cursor });
      text += `\n${next.text}`;
      cursor = next.facts['cursor'] as string | undefined;
    }
    for (const item of [100, 300, 499]) expect(text).toContain(`Item ${item}`);
  });

  it('is shown in full or not at all when asked', async () => {
    await using page = await open(`<h1>Head</h1><button onclick="this.textContent='Two'">One</button>`);
    const full = await page.client.call('browser_click', { target: 'button', snapshot: 'full' });
    expect(full.text).toContain('heading "Head"');
    expect(full.text).toContain('button "Two"');
    const none = await page.client.call('browser_click', { target: 'button', snapshot: 'none' });
    expect(none.text).not.toContain('button');
  });
});

describe('a dialog', () => {
  it('is told at once, blocks the page until it is answered, and its answer arrives', async () => {
    await using page = await open(`<button onclick="out.textContent = prompt('Your name?')">Ask</button><p id=out></p>`);
    const click = await page.client.call('browser_click', { target: 'button' });
    expect(click.facts['dialog']).toBe('prompt: Your name?');
    const blocked = await page.client.call('browser_snapshot');
    expect(blocked.error).toMatchObject({ code: 'FAILED_PRECONDITION', message: expect.stringContaining('Your name?') });
    const answer = await page.client.call('browser_handle_dialog', { accept: true, promptText: 'Ada' });
    expect(answer.facts['dialog']).toBeUndefined();
    expect(answer.text).toContain('Ada');
    expect((await page.client.call('browser_handle_dialog', { accept: true })).error?.code).toBe('FAILED_PRECONDITION');
  });

  it('during load does not hang the navigation (playwright#42817)', async () => {
    await using page = await open('<p>start</p>', { '/alert': `<script>alert('Wait')</script><h1>Loaded</h1>` });
    const started = performance.now();
    const answer = await page.client.call('browser_navigate', { url: `${page.site.url}/alert` });
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(answer.facts['dialog']).toBe('alert: Wait');
    expect((await page.client.call('browser_handle_dialog', { accept: true })).text).toContain('heading "Loaded"');
  });

  it('before unload can stop the way out, or let it go on', async () => {
    await using page = await open(`<input aria-label=Draft><script>onbeforeunload = e => e.preventDefault()</script>`, {
      '/next': '<h1>Next</h1>',
    });
    await page.client.call('browser_type', { target: 'input', text: 'x' });
    const leave = async () => page.client.call('browser_navigate', { url: `${page.site.url}/next` });
    expect((await leave()).facts['dialog']).toContain('beforeunload');
    const stayed = await page.client.call('browser_handle_dialog', { accept: false });
    expect(stayed.facts['url']).toBe(`${page.site.url}/`);
    expect((await leave()).facts['dialog']).toContain('beforeunload');
    expect((await page.client.call('browser_handle_dialog', { accept: true })).facts['url']).toBe(`${page.site.url}/next`);
  });
});

it('a new tab is told with its id; the current one stays', async () => {
  await using page = await open(`<a href=/other target=_blank>Open</a>`, { '/other': '<title>Other</title><h1>Other</h1>' });
  const answer = await page.client.call('browser_click', { target: 'a' });
  expect(answer.text).toMatch(/New tab t2: \S+\/other \(current stays t1\)/);
  expect((await page.client.call('browser_snapshot', { tabId: 't2' })).text).toContain('heading "Other"');
  await page.client.call('browser_tabs', { action: 'select', tabId: 't2' });
  expect((await page.client.call('browser_snapshot')).text).toContain('heading "Other"');
  await page.client.call('browser_tabs', { action: 'close' });
  expect((await page.client.call('browser_snapshot')).text).toContain('link "Open"');
});

describe('downloads', () => {
  it('of the same name get names of their own', async () => {
    await using page = await open(`<a href=/a>A</a><a href=/b>B</a>`, {
      '/a': attachment('same.txt', 'one'),
      '/b': attachment('same.txt', 'two'),
    });
    const first = await page.client.call('browser_click', { target: 'text=A' });
    const second = await page.client.call('browser_click', { target: 'text=B' });
    const paths = [first, second].map(({ facts }) => (facts['files'] as { path: string }[])[0]?.path ?? '');
    expect(paths).toEqual([`${page.folder.path}/downloads/same.txt`, `${page.folder.path}/downloads/same-1.txt`]);
    expect(await Promise.all(paths.map(async (path) => readFile(path, 'utf8')))).toEqual(['one', 'two']);
  });

  it('that take long are reported as running, then waited for', async () => {
    const slow: Handler = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename=slow.bin' });
      response.write('x'.repeat(100_000));
      finish = () => response.end('end');
    };
    let finish = () => {};
    await using page = await open(`<a href=/slow>Slow</a>`, { '/slow': slow });
    const answer = await page.client.call('browser_click', { target: 'a' });
    expect(answer.facts['files']).toMatchObject([{ path: 'slow.bin', state: 'running' }]);
    finish();
    const list = await page.client.call('browser_get_download_list', { wait: true });
    expect(list.facts['files']).toMatchObject([{ path: `${page.folder.path}/downloads/slow.bin`, state: 'completed', bytes: 100_003 }]);
  });

  it('are also made of a PDF that opens in a tab', async () => {
    const pdf = Buffer.from('%PDF-1.4\n%nothing to see\n%%EOF');
    await using page = await open(`<a href="/a%20report.pdf">Report</a>`, {
      '/a%20report.pdf': (_, response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end(pdf),
    });
    const answer = await page.client.call('browser_click', { target: 'a' });
    expect(answer.facts['files']).toMatchObject([{ path: `${page.folder.path}/downloads/a report.pdf`, state: 'completed' }]);
    expect(await readFile(`${page.folder.path}/downloads/a report.pdf`)).toEqual(pdf);
  });

  it('that break off are reported as failed', async () => {
    await using page = await open(`<a href=/broken>Broken</a>`, {
      '/broken': (_, response) => {
        response.writeHead(200, { 'content-disposition': 'attachment; filename=broken.bin', 'content-length': '1000' });
        response.write('only this');
        setTimeout(() => response.destroy(), 50);
      },
    });
    await page.client.call('browser_click', { target: 'a' });
    const list = await page.client.call('browser_get_download_list', { wait: true });
    expect(list.facts['files']).toMatchObject([{ path: 'broken.bin', state: expect.stringMatching(/failed|cancelled/) }]);
  });

  it('stay inside the workspace whatever the site calls them', async () => {
    const names = ['../../evil.sh', '/etc/cron.d/evil', '.bashrc', 'a\u202Efdp.exe', `${'long'.repeat(100)}.txt`];
    await using page = await open(
      '<p>start</p>',
      Object.fromEntries(names.map((name, index) => [`/${index}`, attachment(encodeURI(name), 'x')])),
    );
    for (const index of names.keys()) {
      const answer = await page.client.call('browser_navigate', { url: `${page.site.url}/${index}` });
      const [file] = answer.facts['files'] as { path: string; state: string }[];
      expect(file?.state).toBe('completed');
      expect(file?.path.startsWith(`${page.folder.path}/downloads/`), file?.path).toBe(true);
      expect(file?.path.slice(`${page.folder.path}/downloads/`.length)).not.toMatch(/^\.|\/|\u202E/);
    }
  });
});

describe('when something dies', () => {
  it('a crashed page is reported, and the next call works', async () => {
    await using page = await openAlone('<p>start</p>');
    const crash = await page.client.call('browser_navigate', { url: 'chrome://crash' });
    expect(crash.error?.code).toBe('PERMISSION_DENIED');
    const renderers = () => alive(descendants(process.pid)).filter((pid) => commandOf(pid).includes('--type=renderer'));
    const waiting = page.client.call('browser_wait_for', { time: 20 });
    kill(...renderers());
    const answer = await waiting;
    expect(answer.error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('crashed') });
    const next = await page.client.call('browser_navigate', { url: page.site.url });
    expect(next.isError, next.text).toBe(false);
    expect(next.text).toContain('start');
  });

  it('a killed browser is reported, and the next call starts another', async () => {
    await using page = await openAlone('<p>start</p>');
    const launcher = launchers();
    const waiting = page.client.call('browser_wait_for', { time: 20 });
    kill(...launcher);
    expect((await waiting).error?.code).toBe('UNAVAILABLE');
    await vi.waitFor(() => expect(alive(launcher)).toEqual([]));
    const next = await page.client.call('browser_navigate', { url: page.site.url });
    expect(next.isError, next.text).toBe(false);
    expect(next.text).toContain('ended unexpectedly');
  });

  it('a page whose picture never arrives opens all the same', async () => {
    await using page = await open('<p>start</p>', { '/page': '<h1>Here</h1><img src=/never>', '/never': hanging });
    const started = performance.now();
    const answer = await page.client.call('browser_navigate', { url: `${page.site.url}/page` });
    expect(answer.text).toContain('heading "Here"');
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('a call that its caller gives up ends, and the tab goes on', async () => {
    await using page = await open('<p>start</p>');
    const caller = new AbortController();
    const waiting = page.client.call('browser_wait_for', { time: 30 }, { signal: caller.signal });
    caller.abort();
    await expect(waiting).rejects.toThrow();
    expect((await page.client.call('browser_snapshot')).text).toContain('start');
  });
});

it('twenty tabs work at the same time', async () => {
  await using page = await open('<p>start</p>', { '/n': `<button onclick="this.textContent = 'Tab ' + location.search">Go</button>` });
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const { facts } = await page.client.call('browser_navigate', { url: `${page.site.url}/n?${index}`, newTab: true });
      return page.client.call('browser_click', { target: 'button', tabId: facts['tabId'] });
    }),
  );
  answers.forEach(({ text }, index) => expect(text).toContain(`Tab ?${index}"`));
});

it('an idle caller loses its tabs, and gets new ones', async () => {
  const others = new Set(launchers());
  await using page = await openAlone('<p>start</p>', {}, { idleTimeout: 300 });
  await vi.waitFor(() => expect(launchers().filter((pid) => !others.has(pid))).toEqual([]), { timeout: 60_000, interval: 50 });
  expect((await page.client.call('browser_navigate', { url: page.site.url })).text).toContain('start');
});

it('what a person cannot see is not in the answer', async () => {
  await using page = await open(`<title>A\u202Eb\u200B</title><button onclick="alert('x\u202Ey')">Go\u{E0041}\u{E0042}</button>`);
  const click = await page.client.call('browser_click', { target: 'button' });
  expect(`${page.first.text}${click.text}`).not.toMatch(/[\u202E\u200B]|[\u{E0000}-\u{E007F}]/u);
});

it('an error page is a page', async () => {
  await using page = await open('<p>start</p>');
  const answer = await page.client.call('browser_navigate', { url: `${page.site.url}/missing` });
  expect(answer.isError).toBe(false);
  expect(answer.text).toContain('404');
});

it('an address where nobody listens is an error that says so', async () => {
  await using page = await open('<p>start</p>');
  const gone = await startSite({});
  await gone[Symbol.asyncDispose]();
  const answer = await page.client.call('browser_navigate', { url: gone.url });
  expect(answer.isError).toBe(true);
  expect(answer.error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('nothing listens there') });
  const secure = await page.client.call('browser_navigate', { url: gone.url.replace('http:', 'https:') });
  expect(secure.error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('nothing listens there') });
  const unknown = await page.client.call('browser_navigate', { url: 'https://no-such-host.invalid/' });
  expect(unknown.error?.code).toBe('UNAVAILABLE');
  expect(unknown.error?.message).toMatch(/no-such-host\.invalid:443 (?:is not a known|could not be resolved)/);
});

it('snapshots are bounded and continue at a cursor; scopes and depth take parts', async () => {
  await using page = await open(
    `<h1>Table</h1><table>${Array.from({ length: 1000 }, (_, index) => `<tr><td>Row ${index}</td><td><button>Edit ${index}</button></td></tr>`).join('')}</table>`,
  );
  const first = await page.client.call('browser_snapshot');
  expect(first.text.length).toBeLessThanOrEqual(40_000);
  expect(first.facts['cursor']).toBeDefined();
  let text = first.text;
  for (let { cursor } = first.facts; cursor !== undefined;) {
    const next = await page.client.call('browser_snapshot', { cursor });
    text += next.text;
    ({ cursor } = next.facts);
  }
  for (const row of [0, 500, 999]) expect(text).toContain(`Row ${row}"`);
  const viewport = await page.client.call('browser_snapshot', { scope: 'viewport' });
  expect(viewport.text).toContain('Row 0"');
  expect(viewport.text).not.toContain('Row 900"');
  expect(viewport.text).toMatch(/Shows \d+ of the page's \d+ lines/);
  const acting = await page.client.call('browser_snapshot', { scope: 'interactive', maxChars: 100_000 });
  expect(acting.text).toContain('button "Edit 999"');
  expect(acting.text).not.toContain('cell "Row 5"');
  const row = await page.client.call('browser_snapshot', { target: 'tr:nth-child(8)' });
  expect(row.text).toContain('Edit 7"');
  expect(row.text).not.toContain('Edit 8"');
  const cell = await page.client.call('browser_snapshot', { target: refIn(first.text, 'cell "Row 7"') });
  expect(cell.text).toContain('Row 7');
  expect(cell.text).not.toContain('Edit 7');
  expect((await page.client.call('browser_click', { target: refIn(text, '"Edit 999"') })).isError).toBe(false);
});
