import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { sharedBrowser } from './pages.ts';
import { refIn, startSite } from './site.ts';

const open = sharedBrowser();

const mirror = `<p id=out></p><script>document.addEventListener('input', e => out.textContent = [...document.querySelectorAll('input,select')].map(x => x.type === 'checkbox' || x.type === 'radio' ? x.checked : x.value).join('|'))</script>`;

describe('a form', () => {
  it('is filled in one call, with all kinds of fields', async () => {
    await using page = await open(
      `<input aria-label=Name><input type=checkbox aria-label=Agree><input type=radio aria-label=Red><select aria-label=Size><option>S<option>L</select><input type=range min=0 max=10 aria-label=Volume>${mirror}`,
    );
    const ref = (words: string) => refIn(page.first.text, words);
    const answer = await page.client.call('browser_fill_form', {
      fields: [
        { target: ref('"Name"'), name: 'Name', type: 'textbox', value: 'Ada' },
        { target: ref('"Agree"'), name: 'Agree', type: 'checkbox', value: 'true' },
        { target: ref('"Red"'), name: 'Red', type: 'radio', value: 'true' },
        { target: ref('"Size"'), name: 'Size', type: 'combobox', value: 'L' },
        { target: ref('"Volume"'), name: 'Volume', type: 'slider', value: '7' },
      ],
    });
    expect(answer.text).toContain('Ada|true|true|L|7');
  });

  it('is left as it was when one of the fields is not there', async () => {
    await using page = await open(`<input aria-label=Name>${mirror}`);
    const answer = await page.client.call('browser_fill_form', {
      fields: [
        { target: refIn(page.first.text, '"Name"'), name: 'Name', type: 'textbox', value: 'Ada' },
        { target: 'e999', name: 'Gone', type: 'textbox', value: 'x' },
      ],
    });
    expect(answer.error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('e999') });
    const value = await page.client.call('browser_evaluate', { function: '() => document.querySelector("input").value' });
    expect(value.text).toContain('""');
  });

  it('says what a select offers when the option is not among it', async () => {
    await using page = await open(`<select><option>Small<option>Large</select>`);
    const answer = await page.client.call('browser_select_option', { target: 'select', values: ['Huge'] });
    expect(answer.error).toMatchObject({ code: 'INVALID_ARGUMENT', advice: expect.stringContaining('Small, Large') });
    const good = await page.client.call('browser_select_option', { target: 'select', values: ['Large'] });
    expect(good.text).toContain('option "Large" [selected]');
  });
});

describe('mouse and keyboard', () => {
  it('hover, keys, double click, right click and modifiers reach the page', async () => {
    await using page = await open(
      `<button>Go</button><p id=out></p><script>const b = document.querySelector('button'); for (const t of ['mouseenter','dblclick','contextmenu','keydown']) b.addEventListener(t, e => out.textContent += t + (e.key ?? '') + (e.shiftKey ? '+shift' : '') + ' '); b.addEventListener('click', e => out.textContent += 'click' + (e.shiftKey ? '+shift ' : ' '))</script>`,
    );
    const target = refIn(page.first.text, 'button');
    await page.client.call('browser_hover', { target });
    await page.client.call('browser_click', { target, doubleClick: true });
    await page.client.call('browser_click', { target, button: 'right' });
    await page.client.call('browser_press_key', { key: 'ArrowDown' });
    await page.client.call('browser_click', { target, modifiers: ['Shift'] });
    const seen = await page.client.call('browser_evaluate', { function: '() => out.textContent' });
    expect(seen.text).toContain('mouseenter click click dblclick contextmenu keydownArrowDown keydownShift+shift click+shift');
    const wrong = await page.client.call('browser_press_key', { key: 'NoSuchKey' });
    expect(wrong.error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('NoSuchKey') });
  });

  it('drags one element onto another', async () => {
    await using page = await open(
      `<div id=a draggable=true>card</div><div id=b style="height:80px">box</div><script>b.ondragover = e => e.preventDefault(); b.ondrop = () => b.append(a)</script>`,
    );
    const answer = await page.client.call('browser_drag', { startTarget: '#a', endTarget: '#b' });
    expect(answer.facts['changed']).toBe(true);
    expect((await page.client.call('browser_evaluate', { function: 'a.parentElement.id' })).text).toContain('"b"');
  });

  it('types key by key where asked, and submits', async () => {
    await using page = await open(`<form action=/sent><input name=q aria-label=Q></form>`, { '/sent': '<h1>Sent</h1>' });
    const answer = await page.client.call('browser_type', { target: 'input', text: 'abc', slowly: true, submit: true });
    expect(answer.facts['url']).toContain('/sent?q=abc');
    expect(answer.text).toContain('heading "Sent"');
  });
});

describe('a target', () => {
  it('that is covered is refused at once, naming what covers it', async () => {
    await using page = await open(
      `<button onclick="document.title='clicked'">Buy</button><div id=cookie-wall role=dialog style="position:fixed;inset:0;background:#fff9">We use cookies <button>OK</button></div>`,
    );
    const started = performance.now();
    const answer = await page.client.call('browser_click', { target: 'text=Buy' });
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(answer.error).toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringMatching(/covered by <div id="cookie-wall" role="dialog"> "We use cookies/),
    });
    expect((await page.client.call('browser_evaluate', { function: 'document.title' })).text).not.toContain('clicked');
  });

  it('that is disabled or invisible is refused with that reason', async () => {
    await using page = await open(`<button disabled>Off</button><button style="visibility:hidden" id=h>Hidden</button>`);
    expect((await page.client.call('browser_click', { target: 'text=Off' })).error?.message).toContain('disabled');
    expect((await page.client.call('browser_click', { target: '#h' })).error?.message).toContain('not visible');
  });

  it('is clicked once it is enabled or no longer covered, a moment later', async () => {
    await using page = await open(
      `<button disabled onclick="this.textContent='Done'">Wait</button><script>setTimeout(() => document.querySelector('button').disabled = false, 300)</script>`,
    );
    expect((await page.client.call('browser_click', { target: 'button' })).text).toContain('button "Done"');
  });

  it('under a sticky header is scrolled free', async () => {
    await using page = await open(
      `<header style="position:sticky;top:0;height:200px;background:#eee">Head</header><div style="height:3000px"></div><button onclick="this.textContent='Done'">Low</button><div style="height:3000px"></div>`,
    );
    expect((await page.client.call('browser_click', { target: 'button' })).text).toContain('button "Done"');
  });

  it('with a stale ref is refused at once', async () => {
    await using page = await open(`<button onclick="this.remove()">Once</button><p>rest</p>`);
    const target = refIn(page.first.text, 'button');
    await page.client.call('browser_click', { target });
    const answer = await page.client.call('browser_click', { target });
    expect(answer.error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining(target) });
  });

  it('that matches several elements, or is no selector, is refused with the reason', async () => {
    await using page = await open(`<button>A</button><button>B</button>`);
    expect((await page.client.call('browser_click', { target: 'button' })).error?.message).toContain('matches 2 elements');
    expect((await page.client.call('browser_click', { target: '>>> [' })).error?.code).toBe('INVALID_ARGUMENT');
    expect((await page.client.call('browser_click', { target: '#nothing' })).error?.code).toBe('NOT_FOUND');
  });

  it('inside frames and shadow roots is found and clicked', async () => {
    const inner = `<button onclick="this.textContent='Inside'">Frame</button>`;
    await using other = await startSite({ '/': inner });
    await using page = await open(
      `<iframe src=/same></iframe><iframe src="${other.url.replace('127.0.0.1', 'localhost')}"></iframe><my-box></my-box><script>customElements.define('my-box', class extends HTMLElement { connectedCallback() { this.attachShadow({mode:'open'}).innerHTML = '<button onclick="this.textContent=String.fromCharCode(89)">Shadow</button>' } })</script>`,
      { '/same': inner },
    );
    const snapshot = await page.client.call('browser_snapshot');
    const frames = [...snapshot.text.matchAll(/button "Frame" \[ref=(f\d+e\d+)\]/g)].map((match) => match[1]);
    expect(frames).toHaveLength(2);
    for (const target of frames) expect((await page.client.call('browser_click', { target })).text).toContain('button "Inside"');
    expect((await page.client.call('browser_click', { target: refIn(snapshot.text, '"Shadow"') })).text).toContain('button "Y"');
  });
});

it('a list without end grows with each turn of the wheel, and the answer shows what came', async () => {
  await using page = await open(
    `<ul id=list></ul><script>
      const more = () => { for (let i = 0; i < 20; i++) { const li = document.createElement('li'); li.style.height = '60px'; li.textContent = 'Entry ' + list.children.length; list.append(li) } };
      more(); addEventListener('scroll', () => { if (innerHeight + scrollY > document.documentElement.scrollHeight - 50) setTimeout(more, 50) });
    </script>`,
  );
  await page.client.call('browser_mouse_move_xy', { x: 200, y: 200 });
  for (const entry of [20, 40, 60]) {
    const answer = await page.client.call('browser_mouse_wheel', { deltaY: 5_000 });
    expect(answer.text).toContain(`Entry ${entry}`);
    expect(answer.text.length).toBeLessThanOrEqual(1_500);
  }
});

describe('a drop', () => {
  it('brings files of the workspace and data, and says when the element takes none', async () => {
    await using page = await open(
      `<div id=zone role=region aria-label=Zone ondragover="event.preventDefault()" ondrop="event.preventDefault(); out.textContent = [...event.dataTransfer.files].map(f => f.name + ':' + f.size).concat(event.dataTransfer.getData('text/plain')).join('|')">Drop here</div><p id=out></p><p id=deaf>Not here</p>`,
    );
    await writeFile(`${page.folder.path}/drop.txt`, 'hello');
    const files = await page.client.call('browser_drop', { target: '#zone', paths: ['drop.txt'] });
    expect(files.text).toContain('drop.txt:5');
    const data = await page.client.call('browser_drop', { target: '#zone', data: { 'text/plain': 'some words' } });
    expect(data.text).toContain('|some words'.slice(1));
    const deaf = await page.client.call('browser_drop', { target: '#deaf', data: { 'text/plain': 'x' } });
    expect(deaf.error, deaf.text).toMatchObject({ code: 'FAILED_PRECONDITION', message: expect.stringContaining('takes no drop') });
    expect((await page.client.call('browser_drop', { target: '#zone' })).error?.code).toBe('INVALID_ARGUMENT');
    expect((await page.client.call('browser_drop', { target: '#zone', paths: ['/etc/passwd'] })).error?.code).toBe('PERMISSION_DENIED');
  });
});

describe('files', () => {
  it('are uploaded from the workspace, by chooser and by input', async () => {
    await using page = await open(
      `<input type=file id=f onchange="out.textContent = [...this.files].map(f => f.name + ' ' + f.size)"><button onclick="f.click()">Pick</button><p id=out></p>`,
    );
    await writeFile(`${page.folder.path}/a.txt`, 'hello');
    const click = await page.client.call('browser_click', { target: 'text=Pick' });
    expect(click.text).toContain('A file chooser is open');
    expect((await page.client.call('browser_file_upload', { paths: ['a.txt'] })).text).toContain('a.txt 5');
    await writeFile(`${page.folder.path}/b.txt`, 'x');
    expect((await page.client.call('browser_file_upload', { paths: ['b.txt'], target: '#f' })).text).toContain('b.txt 1');
    const none = await page.client.call('browser_file_upload', { paths: ['b.txt'] });
    expect(none.error).toMatchObject({ code: 'FAILED_PRECONDITION' });
  });

  it('from outside the workspace are refused', async () => {
    await using page = await open(`<input type=file>`);
    await mkdir(`${page.folder.path}/sub`);
    for (const path of ['/etc/passwd', '../x', 'sub/../../x']) {
      const answer = await page.client.call('browser_file_upload', { paths: [path], target: 'input' });
      expect(answer.error?.code, path).toBe('PERMISSION_DENIED');
    }
    expect((await page.client.call('browser_file_upload', { paths: ['none.txt'], target: 'input' })).error?.code).toBe('NOT_FOUND');
    expect((await page.client.call('browser_file_upload', { paths: ['sub'], target: 'input' })).error?.code).toBe('INVALID_ARGUMENT');
  });
});

describe('reading', () => {
  it('finds text and patterns with refs', async () => {
    await using page = await open(
      `<ul>${Array.from({ length: 50 }, (_, index) => `<li>Row ${index} <button>Edit ${index}</button></li>`).join('')}</ul>`,
    );
    const found = await page.client.call('browser_find', { text: 'edit 41' });
    expect(found.facts).toMatchObject({ total: 1 });
    expect(found.text).toMatch(/button "Edit 41" \[ref=e\d+\]/);
    const many = await page.client.call('browser_find', { regex: 'Edit \\d5', maxResults: 2 });
    expect(many.facts).toMatchObject({ total: 4 });
    expect(many.text).toContain('the first 2');
    expect((await page.client.call('browser_find', { text: 'nothing here' })).text).toContain('No match');
    expect((await page.client.call('browser_find', { text: 'a', regex: 'b' })).error?.code).toBe('INVALID_ARGUMENT');
    expect((await page.client.call('browser_find', { regex: '(' })).error?.code).toBe('INVALID_ARGUMENT');
  });

  it('a regular expression that runs away is stopped', async () => {
    await using page = await open(`<p>${'a'.repeat(60)}!</p>`);
    const answer = await page.client.call('browser_find', { regex: '(a+)+$' });
    expect(answer.error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('takes too long') });
  });

  it('waits for what a navigation is told to wait for', async () => {
    await using page = await open('<p>start</p>', {
      '/late': `<p id=out>empty</p><script>addEventListener('load', () => setTimeout(() => fetch('/data').then(r => r.text()).then(t => out.textContent = t), 120))</script>`,
      '/data': 'from the network',
      '/stuck': '<h1>Here</h1><img src=/never>',
      '/never': () => undefined,
    });
    const idle = await page.client.call('browser_navigate', { url: `${page.site.url}/late`, waitUntil: 'networkidle' });
    expect(idle.text).toContain('from the network');
    const early = await page.client.call('browser_navigate', { url: `${page.site.url}/stuck`, waitUntil: 'domcontentloaded' });
    expect(early.text).toContain('heading "Here"');
  });

  it('writes matches to a file, and continues Markdown at its cursor', async () => {
    const words = Array.from(
      { length: 200 },
      (_, index) => `<p>Sentence number ${index} of the article, which is long enough to be one.</p>`,
    ).join('');
    await using page = await open(`<article><h1>Long</h1>${words}</article>`);
    const found = await page.client.call('browser_find', { text: 'number 19', maxResults: 5, filename: 'found.txt' });
    expect(await readFile(String(found.facts['path']), 'utf8')).toContain('Sentence number 19 ');
    let part = await page.client.call('browser_get_markdown', { maxChars: 3_000 });
    let text = part.text;
    for (let { cursor } = part.facts; cursor !== undefined; { cursor } = part.facts) {
      part = await page.client.call('browser_get_markdown', { cursor, maxChars: 3_000 });
      expect(part.text.length).toBeLessThanOrEqual(3_700);
      text += part.text;
    }
    for (const index of [0, 100, 199]) expect(text).toContain(`Sentence number ${index} `);
  });

  it('labels a picture with refs, and takes the labels away again', async () => {
    await using page = await open(`<h1>Head</h1><button style="margin:40px">Go</button>`);
    const plain = await page.client.call('browser_take_screenshot', { type: 'png' });
    const labelled = await page.client.call('browser_take_screenshot', { type: 'png', annotate: true });
    const again = await page.client.call('browser_take_screenshot', { type: 'png' });
    const picture = ({ content }: typeof plain) => content.find(({ type }) => type === 'image')?.data;
    expect(picture(labelled)).not.toBe(picture(plain));
    expect(picture(again)).toBe(picture(plain));
    const device = await page.client.call('browser_take_screenshot', { scale: 'device' });
    expect(device.facts).toMatchObject({ width: 1280, scale: 1 });
  });

  it('shows the console and the network', async () => {
    await using page = await open(
      `<script>console.warn('careful'); console.log('hi'); setTimeout(() => { throw new Error('boom') })</script><img src=/none.png><script>fetch('/data', {method:'POST', body:'question'})</script>`,
      { '/data': 'answer' },
    );
    const warnings = await page.client.call('browser_console_messages', { level: 'warning' });
    expect(warnings.text).toContain('[warning] careful');
    expect(warnings.text).toContain('boom');
    expect(warnings.text).not.toContain('hi');
    const list = await page.client.call('browser_network_requests', { filter: 'data$' });
    const index = Number(/\[(\d+)\] POST \S+\/data => 200/.exec(list.text)?.[1]);
    const request = await page.client.call('browser_network_request', { index });
    expect(request.text).toContain('question');
    expect(request.text).toContain('answer');
    expect((await page.client.call('browser_network_request', { index: 9999 })).error?.code).toBe('NOT_FOUND');
  });

  it('gives the main content as Markdown, or all of it, or one element', async () => {
    const words = 'Some sentences make an article. '.repeat(40);
    await using page = await open(
      `<title>News</title><nav><a href=/a>Menu entry</a></nav><main><article><h1>Headline</h1><p>${words}</p><p>See <a href=/more>more</a>.</p><table><tr><th>K<th>V<tr><td>a<td>1</table></article></main><footer>Imprint</footer>`,
    );
    const main = await page.client.call('browser_get_markdown');
    expect(main.text).toContain('# Headline');
    expect(main.text).toContain(`[more](${page.site.url}/more)`);
    expect(main.text).not.toContain('Menu entry');
    expect((await page.client.call('browser_get_markdown', { all: true })).text).toContain('Menu entry');
    const table = await page.client.call('browser_get_markdown', { target: 'table' });
    expect(table.text).toMatch(/\| a +\| 1 +\|/);
    expect(table.text).not.toContain('Headline');
    const file = await page.client.call('browser_get_markdown', { filename: 'news.md' });
    expect(file.facts['path']).toBe(`${page.folder.path}/news.md`);
  });

  it('runs functions in the page only (CVE-2026-44009, B7), with an element, and reports what they throw', async () => {
    await using page = await open(`<title>T</title><button>Go</button>`);
    const run = async (source: string, more = {}) => page.client.call('browser_evaluate', { function: source, ...more });
    expect((await run('() => document.title')).text).toContain('"T"');
    expect((await run('document.title')).text).toContain('"T"');
    expect((await run('async () => { await null; return [1, {a: 2}] }')).text).toContain('"a": 2');
    expect((await run('(element) => element.tagName', { target: 'button' })).text).toContain('"BUTTON"');
    expect((await run('function () { return typeof process + typeof require }')).text).toContain('undefinedundefined');
    expect((await run('() => nothing.here')).error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('nothing is not defined'),
    });
    expect((await run('() => 12345678901234567890n')).text).toContain('12345678901234567890n');
    expect((await run('() => { const a = {}; a.a = a; return a }')).error?.code).toBe('INVALID_ARGUMENT');
    expect((await run('() => {')).error?.code).toBe('INVALID_ARGUMENT');
  });
});
