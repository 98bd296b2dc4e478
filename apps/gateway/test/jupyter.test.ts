import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { itWith } from '@sandlot/core/testing';
import { chromium } from 'playwright-core';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import { until } from '../../../packages/shell/test/kit.ts';
import { chromiumOptions, key, prefixProxy, startGateway } from './console-kit.ts';

/** JupyterLab itself (pip install jupyterlab). */
const jupyterIt = itWith('jupyter-lab');
const headers = { 'x-sandlot-key': key, 'content-type': 'application/json' };

/** A script that runs a line in a kernel over the WebSocket of the page, and gives what it prints. */
function askKernel(id: string): string {
  const header = { msg_id: 'm1', username: '', session: 's1', msg_type: 'execute_request', version: '5.3', date: new Date().toISOString() };
  const content = {
    code: 'print(secret + 1)',
    silent: false,
    store_history: false,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: true,
  };
  const request = JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: 'shell', buffers: [] });
  return `new Promise((resolve, reject) => {
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/box/jupyter/api/kernels/${id}/channels?session_id=s1');
    socket.onerror = () => reject(new Error('refused'));
    socket.onopen = () => socket.send(${JSON.stringify(request)});
    socket.onmessage = ({ data }) => {
      const { msg_type: type, content: { text } = {} } = typeof data === 'string' ? JSON.parse(data) : {};
      if (type === 'stream' || type === 'error') resolve(text ?? type);
    };
  })`;
}

describe('JupyterLab behind the gateway', () => {
  jupyterIt("opens in a browser below a base path, without Authorization, and lists the agent's kernels", async () => {
    await using gateway = await startGateway();
    await using proxy = await prefixProxy(gateway.url);
    await writeFile(join(gateway.workspace, 'plan.ipynb'), JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    await gateway.call('code_execute', { language: 'python', code: 'secret = 41' });
    const ticketFrom = async (url: string) => {
      const answer = await fetch(`${url}/tickets`, { method: 'POST', headers, body: '{"path":"/jupyter/"}' });
      return z.object({ ticket: z.string() }).parse(await answer.json()).ticket;
    };
    const browser = await chromium.launch(await chromiumOptions());
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(120_000);
      await page.goto(`${proxy.url}jupyter/lab?ticket=${await ticketFrom(proxy.url.replace(/\/$/, ''))}`);
      await page.getByText('plan.ipynb').first().waitFor();
      expect(new URL(page.url()).pathname).toMatch(/^\/box\/jupyter\/lab/);
      const list = "fetch('/box/jupyter/api/kernels').then((answer) => answer.json())";
      const kernels = await until(async () => {
        const ids = z.array(z.looseObject({ id: z.string() })).parse(await page.evaluate(list));
        return ids.length > 0 ? ids.map(({ id }) => id) : undefined;
      });
      // One of them is the agent's, and knows what it has set; the other waits for the next agent.
      const answers = await Promise.all(kernels.map((id) => page.evaluate(askKernel(id))));
      expect(answers).toContain('42\n');
      const settings = '/box/jupyter/lab/api/settings/@jupyterlab/apputils-extension:notification';
      const asked = `fetch('${settings}').then((answer) => answer.json()).then(({ schema }) => schema.properties.fetchNews.default)`;
      expect(await page.evaluate(asked)).toBe('false');
      // The same gateway without the proxy: its URLs are others.
      const direct = await browser.newPage();
      direct.setDefaultTimeout(120_000);
      await direct.goto(`${gateway.url}/jupyter/lab?ticket=${await ticketFrom(gateway.url)}`);
      await direct.getByText('plan.ipynb').first().waitFor();
      await page.reload();
      await page.getByText('plan.ipynb').first().waitFor();
    } finally {
      await browser.close();
    }
  });
});
