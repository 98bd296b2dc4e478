/** Every UI of the container in a real Chromium of this machine, through the gateway; and every route without a credential. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Container } from './docker.mjs';
import { image, key, strict } from './kit.mjs';
import { prefixProxy } from './prefix-proxy.mjs';
import { check, measure, seconds } from './report.mjs';

/** Folder for pictures of them, to look at. */
const shots = process.env.SANDLOT_SCREENSHOTS;
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** UIs that are opened with a ticket, and what is seen when they work. */
const uis = {
  '/code-server/?folder=/workspace': '.monaco-workbench .explorer-folders-view',
  '/jupyter/lab': '.jp-Launcher-body',
  '/proxy/8099/': 'h1:has-text("Hello from inside")',
};

/** Waits until something is true in a page whose policy forbids what Playwright's own waiting needs. */
async function until(page, condition, timeoutMs = 120_000) {
  const deadline = performance.now() + timeoutMs;
  while (!(await page.evaluate(condition))) {
    if (performance.now() > deadline) throw new Error(`never true: ${condition}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Opens them all. */
export async function uisContainer() {
  const container = new Container(image, strict);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const shot = async (page, name) => {
    if (shots === undefined) return;
    await mkdir(shots, { recursive: true });
    await page.screenshot({ path: join(shots, `${name}.png`) });
  };
  try {
    await container.ready();
    await container.call(key, 'file', 'file_write', { path: 'site/index.html', content: '<title>Hello</title><h1>Hello from inside</h1>' });
    await container.call(key, 'shell', 'shell_exec', {
      command: 'python3 -m http.server 8099 --bind 127.0.0.1 --directory site',
      wait_ms: 500,
    });
    for (const [path, seen] of Object.entries(uis)) {
      const name = path.split('/')[1];
      await check(`/${name}/ is opened by a ticket, once, and by nothing less`, async () => {
        const bare = await fetch(container.url + path, { redirect: 'manual' });
        assert.equal(bare.status, 401);
        const url = await container.ticketUrl(key, path);
        const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
        const page = await context.newPage();
        const from = performance.now();
        await page.goto(url);
        await page.locator(seen).first().waitFor({ timeout: 120_000 });
        measure(`/${name}/ in a browser`, seconds(performance.now() - from));
        await shot(page, name);
        await context.close();
        assert.equal((await fetch(url, { headers: { accept: 'text/html' }, redirect: 'manual' })).status, 401, 'the ticket is good twice');
      });
    }
    await check('a previewed port has a host of its own, which a ticket opens', async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      const url = new URL(await container.ticketUrl(key, '/proxy/8099/'));
      await page.goto(`http://8099-box.localhost:${url.port}/${url.search}`);
      await page.locator(uis['/proxy/8099/']).waitFor({ timeout: 120_000 });
      assert.equal(await page.evaluate(() => origin), `http://8099-box.localhost:${url.port}`);
      await context.close();
    });
    await check('all of it is there below a base path, behind a proxy that strips Authorization', async () => {
      using proxy = await prefixProxy(container.url);
      for (const [path, seen] of Object.entries(uis)) {
        const ticket = new URL(await container.ticketUrl(key, path)).searchParams.get('ticket');
        const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
        const page = await context.newPage();
        await page.goto(`${proxy.url}${path}${path.includes('?') ? '&' : '?'}ticket=${ticket}`);
        await page.locator(seen).first().waitFor({ timeout: 120_000 });
        assert.ok(page.url().startsWith(`${proxy.url}/`), page.url());
        await context.close();
      }
      const headers = { 'x-sandlot-key': key, 'content-type': 'application/json' };
      const answer = await fetch(`${proxy.url}/v1/mcp/shell/tools/shell_exec`, {
        method: 'POST',
        headers: { ...headers, authorization: 'Basic cHJveHk6cHJveHk=' },
        body: '{"command":"echo through"}',
      });
      assert.match(await answer.text(), /through/);
      const console_ = await browser.newPage();
      await console_.goto(`${proxy.url}/`);
      await console_.getByLabel('API key').fill(key);
      await console_.getByRole('button', { name: 'Open' }).click();
      await console_.getByRole('heading', { name: 'Last calls' }).waitFor({ timeout: 120_000 });
      await console_.close();
    });
    await check('the console asks for the key, shows the browser over VNC, and a terminal', async () => {
      await container.call(key, 'browser', 'browser_navigate', { url: 'http://127.0.0.1:8099/' });
      const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
      page.setDefaultTimeout(120_000);
      await page.goto(container.url);
      await page.getByLabel('API key').fill(key);
      await page.getByRole('button', { name: 'Open' }).click();
      await page.getByRole('cell', { name: 'browser_navigate' }).first().waitFor();
      const card = page.locator('.card', { has: page.getByRole('heading', { name: 'CPU time' }) });
      await card.getByText(/^\d+\.\d s$/).waitFor();
      await shot(page, 'console');
      await page.goto(`${container.url}/#screen`);
      await page.locator('.vnc canvas').waitFor();
      // Something is painted: not one colour all over.
      await until(page, () => {
        const canvas = document.querySelector('.vnc canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size > 8;
      });
      await shot(page, 'screen');
      await page.goto(`${container.url}/#terminals`);
      await page.locator('.terminal:visible [role=status]', { hasText: /^connected$/ }).waitFor();
      await page.locator('.xterm:visible').first().click();
      await page.keyboard.type('echo "a$((6*7))b"\n');
      await until(page, () => [...document.querySelectorAll('.xterm-rows')].some(({ textContent }) => textContent?.includes('a42b')));
      await shot(page, 'terminals');
      await page.close();
    });
    await check('without a credential no route answers but those that say nothing', async () => {
      const { paths } = await (await fetch(`${container.url}/v1/openapi.json`, { headers: { authorization: `Bearer ${key}` } })).json();
      const open = new Set(['/healthz', '/readyz', '/', '/.well-known/oauth-protected-resource']);
      const pages = [
        '/mcp',
        '/mcp/shell',
        '/mcp/p/x',
        '/metrics',
        '/v1/traces',
        '/v1/openapi.json',
        '/cdp/json/version',
        '/tickets',
        ...Object.keys(uis),
      ];
      let asked = 0;
      for (const path of [...Object.keys(paths).map((one) => one.replaceAll(/\{\w+\}/g, 'x')), ...pages].filter((one) => !open.has(one))) {
        for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
          const body = method === 'GET' || method === 'DELETE' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } };
          const { status } = await fetch(container.url + path, { method, redirect: 'manual', ...body });
          assert.equal(status, 401, `${method} ${path}`);
          asked++;
        }
      }
      return `${asked} requests`;
    });
  } finally {
    await browser.close();
    container[Symbol.dispose]();
  }
}
