import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildConsole, chromiumOptions, key, prefixProxy, type Running, startGateway } from './console-kit.ts';

const patient = { timeout: 120_000 };
let browser: Browser;
let gateway: Running;
const shots = process.env['SANDLOT_SCREENSHOTS'];

beforeAll(async () => {
  await buildConsole();
  browser = await chromium.launch(await chromiumOptions());
  gateway = await startGateway();
});

afterAll(async () => {
  await browser?.close();
  await gateway?.[Symbol.asyncDispose]();
});

/** A page that is logged in; whatever it complains about is kept. */
async function open(url: string, options: Parameters<Browser['newContext']>[0] = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  // A refusal or a trace that is not there yet is shown to the person; it is no fault of the page.
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('heading', { name: 'Last calls' }).waitFor();
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

const go = (page: Page, name: string) => page.getByRole('navigation', { name: 'Panels' }).getByRole('link', { name, exact: true }).click();
const shot = async (page: Page, name: string) => {
  if (shots === undefined) return;
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
};
const inTerminal = async (page: Page, text: string) => {
  await page.locator('.xterm:visible').click();
  await page.keyboard.type(`${text}\n`);
};
const connected = (page: Page) => page.locator('.terminal:visible [role=status]', { hasText: /^connected$/ }).waitFor();
const terminalSees = (page: Page, text: string) =>
  expect
    .poll(() => page.evaluate("[...document.querySelectorAll('.xterm-rows')].map((rows) => rows.textContent).join()"), patient)
    .toContain(text);

describe('the console in a real browser', () => {
  it('asks for the key, refuses a wrong one, and keeps the right one for this tab', async () => {
    const page = await browser.newPage();
    await page.goto(gateway.url);
    await page.getByLabel('API key').fill('wrong-0123456789');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('alert').filter({ hasText: 'The API key is wrong' }).waitFor();
    await shot(page, 'login');
    await page.getByLabel('API key').fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Last calls' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Last calls' }).waitFor();
    expect(await page.evaluate('document.cookie + JSON.stringify(localStorage)')).not.toContain(key);
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByLabel('API key').waitFor();
    await page.close();
  });

  it('shows resources, servers with their cost, calls with outcome and duration, and the waterfall of a trace', async () => {
    await gateway.call('shell_exec', { command: 'echo seen' });
    await gateway.call('file_read', { path: 'no-such-file' });
    const running = gateway.call('shell_exec', { command: 'sleep 30', wait_ms: 30_000, timeout_ms: 30_000 });
    await using console_ = await open(gateway.url);
    const { page } = console_;
    await page
      .getByText(/tokens/)
      .first()
      .waitFor();
    await page.locator('.chips .running', { hasText: 'shell' }).waitFor();
    await shot(page, 'overview');
    await go(page, 'Calls');
    await page.getByRole('row', { name: /shell_exec running/ }).waitFor();
    await page.getByRole('row', { name: /file_read error/ }).waitFor();
    await page
      .getByRole('row', { name: /shell_exec ok/ })
      .getByRole('link')
      .click();
    await page.locator('.waterfall li', { hasText: 'execute_tool shell_exec' }).waitFor();
    await shot(page, 'trace');
    await go(page, 'Servers');
    await page.getByRole('row', { name: /^file .*tokens/ }).waitFor();
    await shot(page, 'servers');
    await go(page, 'Connect');
    await page
      .getByText(`claude mcp add --transport http sandlot ${gateway.url}/mcp --header "Authorization: Bearer <your key>"`)
      .waitFor();
    await page.getByLabel('Put the key in').check();
    expect(await page.locator('pre').allTextContents()).toEqual(expect.arrayContaining([expect.stringContaining(key)]));
    await shot(page, 'connect');
    expect(console_.complaints).toEqual([]);
    await gateway.call('shell_kill', { session: 'default' });
    void running.catch(() => undefined);
  });

  it('has terminals that come back after the connection was lost, below a base path and without Authorization', async () => {
    await using proxy = await prefixProxy(gateway.url);
    await using console_ = await open(proxy.url);
    const { page } = console_;
    await go(page, 'Terminals');
    await connected(page);
    await inTerminal(page, 'echo "a$((6*7))b"; X=kept');
    await terminalSees(page, 'a42b');
    await shot(page, 'terminal');
    proxy.cut();
    await page.getByText(/Connecting again/).waitFor();
    await connected(page);
    await inTerminal(page, 'echo "again $X"');
    await terminalSees(page, 'again kept');
    await page.getByRole('button', { name: 'New terminal' }).click();
    await connected(page);
    await inTerminal(page, 'echo "second$((1+1))"');
    await terminalSees(page, 'second2');
  });

  it('lists, previews, uploads by drag and drop, and downloads files', async () => {
    await writeFile(join(gateway.workspace, 'evil.html'), '<script>document.title="taken"</script>');
    await mkdir(join(gateway.workspace, 'a b'), { recursive: true });
    await using console_ = await open(gateway.url);
    const { page } = console_;
    await go(page, 'Files');
    await page.getByRole('link', { name: 'a b/' }).click();
    const data = await page.evaluateHandle(
      "const transfer = new DataTransfer(); transfer.items.add(new File(['dropped ünd true'], 'note.txt')); transfer",
    );
    await page.dispatchEvent('.files', 'drop', { dataTransfer: data });
    await page.getByText('a b/note.txt is uploaded.').waitFor();
    expect(await readFile(join(gateway.workspace, 'a b/note.txt'), 'utf8')).toBe('dropped ünd true');
    await page.getByRole('button', { name: 'note.txt', exact: true }).click();
    await page.getByText('dropped ünd true').waitFor();
    await shot(page, 'files');
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    expect(await readFile(await (await downloading).path(), 'utf8')).toBe('dropped ünd true');
    await page.getByRole('link', { name: 'workspace' }).click();
    await page.getByRole('button', { name: 'evil.html' }).click();
    await page.getByText('<script>document.title="taken"</script>').waitFor();
    expect(await page.title()).toBe('Sandlot');
    expect(console_.complaints).toEqual([]);
  });

  it("shows the agent's browser live, and lets a person take over and type", async () => {
    await using console_ = await open(gateway.url);
    const { page } = console_;
    await gateway.call('browser_navigate', {
      url: 'data:text/html,<title>t</title><body style="background:rgb(200,30,90)"><input autofocus style="position:fixed;left:20px;top:20px;width:300px;height:60px">',
    });
    await go(page, 'Browser');
    const isRed = `(() => {
      const canvas = document.querySelector('canvas');
      if (!canvas || canvas.width <= 300) return false;
      const [red, green] = canvas.getContext('2d').getImageData(canvas.width - 5, canvas.height - 5, 1, 1).data;
      return red > 150 && green < 80;
    })()`;
    await expect.poll(() => page.evaluate(isRed), patient).toBe(true);
    await page.getByRole('button', { name: 'Take over' }).click();
    await page.getByText('you act').waitFor();
    await page.locator('canvas').click({ position: { x: 60, y: 40 } });
    await page.keyboard.type('typed by a person');
    await shot(page, 'browser');
    await page.getByRole('button', { name: 'Give back' }).click();
    await page.getByText('the agent acts').waitFor();
    const snapshot = await (await gateway.call('browser_snapshot', {})).text();
    expect(snapshot).toContain('typed by a person');
    expect(console_.complaints).toEqual([]);
  });

  it('opens the editor in a tab of its own, which cannot reach the console', async () => {
    await using proxy = await prefixProxy(gateway.url);
    await using console_ = await open(proxy.url);
    const { page } = console_;
    await go(page, 'Editor and notebooks');
    await page.getByRole('button', { name: 'Open code-server' }).waitFor();
    await shot(page, 'apps');
    const opening = page.context().waitForEvent('page');
    await page.getByRole('button', { name: 'Open code-server' }).click();
    const editor = await opening;
    await editor.waitForURL(`${proxy.url}code-server/`);
    expect(await editor.textContent('body')).toContain('"x-forwarded-prefix":"/box/code-server"');
    expect(await editor.evaluate("[String(opener), sessionStorage.getItem('sandlot-key')]")).toEqual(['null', null]);
    const reached = await editor.evaluate(async () => [(await fetch('../v1/sandbox')).status, (await fetch('../code-server/x')).status]);
    expect(reached).toEqual([401, 200]);
  });

  it('shows the terminal for a ticket alone', async () => {
    const ticket = async () => {
      const response = await fetch(`${gateway.url}/tickets`, {
        method: 'POST',
        headers: { 'x-sandlot-key': key, 'content-type': 'application/json' },
        body: '{"path":"/terminal"}',
      });
      return ((await response.json()) as { ticket: string }).ticket;
    };
    const page = await browser.newPage();
    await page.goto(`${gateway.url}/terminal?ticket=${await ticket()}`);
    await connected(page);
    await inTerminal(page, 'echo "t$((40+2))"');
    await terminalSees(page, 't42');
    await page.close();
  });

  it('is dark and light, by the system or by choice, works by keyboard, and has a policy without foreign sources', async () => {
    await using console_ = await open(gateway.url, { colorScheme: 'dark' });
    const { page } = console_;
    const background = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    expect(await background()).toBe('rgb(17, 20, 24)');
    await shot(page, 'dark');
    await page.getByLabel('Theme').selectOption('light');
    await expect.poll(background, patient).toBe('rgb(246, 247, 249)');
    await page.reload();
    await page.getByRole('heading', { name: 'Last calls' }).waitFor();
    await expect.poll(background, patient).toBe('rgb(246, 247, 249)');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    for (let presses = 0; presses < 7; presses++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#servers$/);
    const response = await fetch(gateway.url);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(await response.text()).not.toMatch(/https?:/);
    await page.setViewportSize({ width: 380, height: 700 });
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await shot(page, 'small');
  });
});
