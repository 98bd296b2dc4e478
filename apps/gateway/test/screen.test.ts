import { itWith } from '@sandlot/core/testing';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { until } from '../../../packages/shell/test/kit.ts';
import { chromiumOptions, buildConsole, key, prefixProxy, startGateway } from './console-kit.ts';

const displayIt = itWith('Xvnc', 'matchbox-window-manager');
let browser: Browser;

beforeAll(async () => {
  await buildConsole();
  browser = await chromium.launch(await chromiumOptions());
});

afterAll(() => browser?.close());

describe('the screen in the console', () => {
  displayIt('shows the display over VNC for a ticket, and its size reaches Chromium', async () => {
    await using gateway = await startGateway({ SANDLOT_BROWSER_DISPLAY: 'true' });
    await using proxy = await prefixProxy(gateway.url);
    const headers = { 'x-sandlot-key': key, 'content-type': 'application/json' };
    const show =
      '<title>start</title><body style="background:rgb(200,30,90)"><script>onresize=()=>{document.title="width "+innerWidth}</script>';
    await gateway.call('browser_navigate', { url: `data:text/html,${encodeURIComponent(show)}` });
    const { ticket } = (await (
      await fetch(`${proxy.url}tickets`, { method: 'POST', headers, body: '{"path":"/browser/vnc"}' })
    ).json()) as { ticket: string };
    const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
    page.setDefaultTimeout(120_000);
    await page.goto(`${proxy.url}vnc/index.html?ticket=${ticket}`);
    await page.getByText('connected', { exact: true }).waitFor();
    const pixel = () =>
      page.evaluate(`(() => {
        const canvas = document.querySelector('canvas');
        return canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height - 40, 1, 1).data[0];
      })()`);
    await until(async () => ((await pixel()) === 200 ? true : undefined));
    if (process.env['SANDLOT_SCREENSHOTS']) await page.screenshot({ path: `${process.env['SANDLOT_SCREENSHOTS']}/screen.png` });
    await page.setViewportSize({ width: 620, height: 700 });
    const width = await until(async () => {
      const found = /width (\d+)/.exec(await (await gateway.call('browser_snapshot', {})).text())?.[1];
      return Number(found) < 650 ? Number(found) : undefined;
    });
    expect(width).toBeGreaterThan(400);
    await page.close();
  });

  displayIt('carries the clipboard both ways', async () => {
    await using gateway = await startGateway({ SANDLOT_BROWSER_DISPLAY: 'true' });
    const form = '<title>form</title><body style="margin:0"><textarea autofocus style="position:fixed;inset:0"></textarea>';
    await gateway.call('browser_navigate', { url: `data:text/html,${encodeURIComponent(form)}` });
    const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
    page.setDefaultTimeout(120_000);
    await page.goto(`${gateway.url}/#screen`);
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('connected', { exact: true }).waitFor();
    const clipboard = page.getByLabel('Clipboard of the display');
    await clipboard.fill('from a person: ä €');
    await page.getByRole('button', { name: 'Set' }).click();
    const value = async () =>
      (await gateway.call('browser_evaluate', { function: '() => document.querySelector("textarea").value' })).text();
    await page.locator('canvas').click({ position: { x: 200, y: 200 } });
    await until(async () => {
      await page.keyboard.press('Control+a');
      await page.keyboard.press('Control+v');
      return (await value()).includes('from a person: ä €') ? true : undefined;
    });
    await page.keyboard.press('Control+a');
    await page.keyboard.type('from the page');
    await until(async () => {
      await page.keyboard.press('Control+a');
      await page.keyboard.press('Control+c');
      return (await clipboard.inputValue()) === 'from the page' ? true : undefined;
    });
    await page.close();
  });
});
