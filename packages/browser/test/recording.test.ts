import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it, vi } from 'vitest';
import { browser } from '../src/index.ts';
import { startSite } from './site.ts';

const patient = { timeout: 60_000, interval: 50 };

it('network: answers, changes and fails requests in place of the network, and stops', async () => {
  await using folder = await temporaryFolder();
  let header = '';
  await using site = await startSite({
    '/': `<button onclick="fetch('/api').then(async r => out.textContent = r.status + ' ' + await r.text() + ' ' + r.headers.get('x-mock')).catch(() => out.textContent = 'failed')">Go</button><p id=out></p>`,
    '/api': (request, response) => {
      header = String(request.headers['x-added']);
      response.end('real');
    },
  });
  await using client = await connect(browser, { workspace: folder.path, caps: ['network'] });
  await client.call('browser_navigate', { url: site.url });
  const go = async () => (await client.call('browser_click', { target: 'button', snapshot: 'full' })).text;
  await client.call('browser_route', { pattern: '**/api', status: 418, body: 'mocked', headers: ['X-Mock: yes'] });
  expect(await go()).toContain('418 mocked yes');
  expect(site.seen).not.toContain('GET /api');
  await client.call('browser_route', { pattern: '**/api', abort: true });
  expect(await go()).toContain('failed');
  expect((await client.call('browser_route_list')).text).toBe('- **/api: answered with 418\n- **/api: fails');
  expect((await client.call('browser_unroute', { pattern: '**/api' })).facts['removed']).toBe(2);
  await client.call('browser_route', { pattern: '**/api', headers: ['x-added: here'] });
  expect(await go()).toContain('200 real');
  expect(header).toBe('here');
  await client.call('browser_network_state_set', { state: 'offline' });
  expect(await go()).toContain('failed');
  await client.call('browser_network_state_set', { state: 'online' });
  expect(await go()).toContain('200 real');
  expect((await client.call('browser_route', { pattern: '**', headers: ['nonsense'] })).error?.code).toBe('INVALID_ARGUMENT');
});

it('devtools: a trace and a video land in the workspace', async () => {
  await using folder = await temporaryFolder();
  await using site = await startSite({ '/': `<body onclick="this.style.background = 'red'"><h1>Film</h1><button>Go</button>` });
  await using client = await connect(browser, { workspace: folder.path, caps: ['devtools'] });
  await client.call('browser_navigate', { url: site.url });
  await client.call('browser_start_tracing');
  expect((await client.call('browser_start_tracing')).error?.code).toBe('FAILED_PRECONDITION');
  await client.call('browser_start_video', { filename: 'film.avi', fps: 20 });
  await client.call('browser_click', { target: 'button' });
  const film = await vi.waitFor(async () => {
    const answer = await client.call('browser_stop_video');
    if (answer.isError) await client.call('browser_start_video', { filename: 'film.avi', fps: 20 });
    expect(answer.isError, answer.text).toBe(false);
    return answer.facts;
  }, patient);
  const bytes = await readFile(String(film['path']));
  expect([bytes.toString('latin1', 0, 4), bytes.readUInt32LE(4), bytes.toString('latin1', 8, 12)]).toEqual([
    'RIFF',
    bytes.length - 8,
    'AVI ',
  ]);
  const frames = bytes.readUInt32LE(48);
  const index = bytes.lastIndexOf('idx1');
  expect(bytes.readUInt32LE(index + 4)).toBe(frames * 16);
  // The first entry of the index leads to a whole JPEG.
  const at = bytes.indexOf('movi') + bytes.readUInt32LE(index + 16);
  expect(bytes.toString('latin1', at, at + 4)).toBe('00dc');
  const jpeg = bytes.subarray(at + 8, at + 8 + bytes.readUInt32LE(index + 20));
  expect([jpeg.readUInt16BE(0), jpeg.readUInt16BE(jpeg.length - 2)]).toEqual([0xffd8, 0xffd9]);
  expect([bytes.readUInt32LE(64), bytes.readUInt32LE(68)]).toEqual([1280, 720]);
  const trace = await client.call('browser_stop_tracing', { filename: 'trace.zip' });
  expect((await readFile(`${folder.path}/trace.zip`)).subarray(0, 2).toString()).toBe('PK');
  expect(trace.facts['bytes']).toBeGreaterThan(1_000);
});

it('media: shows a page as for print and in the dark', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(browser, { workspace: folder.path, caps: ['media'] });
  await client.call('browser_navigate', { url: 'data:text/html,x' });
  await client.call('browser_emulate_media', { media: 'print', colorScheme: 'dark' });
  const seen = await client.call('browser_evaluate', {
    function: `() => [matchMedia('print').matches, matchMedia('(prefers-color-scheme: dark)').matches].join()`,
  });
  expect(seen.text).toContain('true,true');
});

it('--tools and --no-tools choose the tools', async () => {
  await using folder = await temporaryFolder();
  const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
  const names = async (...flags: string[]) => {
    const client = new Client({ name: 'test', version: '1' });
    const args = ['--conditions=@sandlot/source', bin, '--workspace', folder.path, ...flags];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
    const { tools } = await client.listTools();
    const off = await client.callTool({ name: 'browser_click', arguments: { target: 'a' } }).catch(String);
    await client.close();
    return [tools.map(({ name }) => name), JSON.stringify(off)];
  };
  const [few, off] = await names('--tools', 'browser_navigate,browser_pdf_save');
  expect(few).toEqual(['browser_navigate', 'browser_pdf_save']);
  expect(off).toContain('--no-tools');
  const [most] = await names('--no-tools', 'browser_click');
  expect(most).toContain('browser_snapshot');
  expect(most).not.toContain('browser_click');
  await expect(names('--tools', 'browser_fly')).rejects.toThrow();
});
