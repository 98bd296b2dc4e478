import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { browser } from '../src/index.ts';
import { alive, commandOf, descendants, listeningPorts } from './processes.ts';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const patient = { timeout: 60_000, interval: 50 };

/** The server as a process of its own, with a page open. */
async function startServer(folder: string) {
  await mkdir(`${folder}/tmp`);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--conditions=@sandlot/source', bin, '--workspace', `${folder}/work`],
    env: { ...process.env, TMPDIR: `${folder}/tmp`, SECRET_OF_THE_SERVER: 'hidden' },
  });
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  await client.callTool({ name: 'browser_navigate', arguments: { url: 'data:text/html,hello' } });
  const pid = transport.pid ?? 0;
  const children = descendants(pid);
  expect(children.length).toBeGreaterThan(3);
  return { client, pid, children };
}

/** Whether this machine lets the user of the test have the sandbox. */
function canSandbox(): boolean {
  const nested = ['--user', '--map-user=1000', '--map-group=1000', '--', 'unshare', '--user', '--pid', '--net', '--fork', 'true'];
  return process.getuid?.() !== 0 || spawnSync('unshare', nested).status === 0;
}

async function nothingLeft(folder: string, children: readonly number[]): Promise<void> {
  await vi.waitFor(() => expect(alive(children).map(commandOf)).toEqual([]), patient);
  await vi.waitFor(async () => expect(await readdir(`${folder}/tmp`)).toEqual([]), patient);
}

describe('when the server ends', () => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`nothing of Chromium is left after ${signal}`, async () => {
      await using folder = await temporaryFolder();
      const { client, pid, children } = await startServer(folder.path);
      process.kill(pid, signal);
      await nothingLeft(folder.path, children);
      await client.close();
    });
  }

  it('nothing of Chromium is left after its client has gone', async () => {
    await using folder = await temporaryFolder();
    const { client, children } = await startServer(folder.path);
    await client.close();
    await nothingLeft(folder.path, children);
  });
});

describe('Chromium', () => {
  it('does not see the environment of the server', async () => {
    await using folder = await temporaryFolder();
    const { client, children } = await startServer(folder.path);
    for (const pid of alive(children)) {
      expect(await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).not.toContain('SECRET_OF_THE_SERVER');
    }
    await client.close();
    await nothingLeft(folder.path, children);
  });

  it('runs its renderers sandboxed, for root too, or says that it does not (CVE-2026-32046, B6)', async () => {
    await using folder = await temporaryFolder();
    const { client, pid, children } = await startServer(folder.path);
    const listed = await client.callTool({ name: 'browser_tabs', arguments: { action: 'list' } });
    const { sandbox } = listed.structuredContent as { sandbox: string };
    const renderers = alive(descendants(pid)).filter((child) => commandOf(child).includes('--type=renderer'));
    expect(renderers.length).toBeGreaterThan(0);
    for (const child of renderers) {
      const seccomp = /^Seccomp:\s+(\d)/m.exec(await readFile(`/proc/${child}/status`, 'utf8'))?.[1];
      expect(seccomp === '2', `renderer ${child}: Seccomp ${seccomp}, told: ${sandbox}`).toBe(sandbox !== 'off');
    }
    if (canSandbox()) expect(sandbox).not.toBe('off');
    if (sandbox === 'off') expect(JSON.stringify(listed.content)).toContain('Warning');
    await client.close();
    await nothingLeft(folder.path, children);
  });

  it('listens on no port: it is driven by a pipe (CVE-2026-43581, B1)', async () => {
    await using folder = await temporaryFolder();
    const { client, pid, children } = await startServer(folder.path);
    const processes = alive(descendants(pid));
    expect(processes.filter((child) => commandOf(child).includes('--remote-debugging-pipe')).length).toBeGreaterThan(0);
    expect(processes.flatMap(listeningPorts)).toEqual([]);
    // The one port of the server is its proxy, on loopback.
    expect(listeningPorts(pid)).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
    await client.close();
    await nothingLeft(folder.path, children);
  });

  it('is not needed to list the tools; a call then says how to get one', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(browser, { workspace: folder.path, options: { executablePath: `${folder.path}/no-chromium` } });
    expect((await client.client.listTools()).tools.length).toBeGreaterThan(5);
    const answer = await client.call('browser_navigate', { url: 'data:text/html,x' });
    expect(answer.error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('no-chromium') });
    expect(answer.error?.advice).toContain('apt-get install chromium');
  });

  it('without its sandbox warns in the log, in the first answer and in the list of tabs', async () => {
    await using folder = await temporaryFolder();
    const log: string[] = [];
    await using client = await connect(browser, { workspace: folder.path, options: { sandbox: false }, onLog: (line) => log.push(line) });
    const answer = await client.call('browser_navigate', { url: 'data:text/html,x' });
    expect(answer.text).toContain('Warning: Chromium runs without its own sandbox');
    expect(log.join('\n')).toContain('without its own sandbox');
    const tabs = await client.call('browser_tabs', { action: 'list' });
    expect(tabs.facts['sandbox']).toBe('off');
  });
});

it('keeps two callers apart: tabs, cookies, downloads', async () => {
  await using folder = await temporaryFolder();
  await using ada = await connect(browser, { workspace: folder.path, principal: 'ada' });
  const bob = await ada.as('bob');
  const open = await ada.call('browser_navigate', { url: 'data:text/html,<title>secret</title>', newTab: true });
  await ada.call('browser_navigate', { url: 'data:text/html,second', newTab: true });
  const list = await bob.call('browser_tabs', { action: 'list' });
  expect(list.facts['tabs']).toEqual([]);
  const stolen = await bob.call('browser_snapshot', { tabId: String(open.facts['tabId']) });
  const unknown = await bob.call('browser_snapshot', { tabId: 't99' });
  expect(stolen.error?.code).toBe('NOT_FOUND');
  expect(stolen.text.replace(String(open.facts['tabId']), 't99')).toBe(unknown.text);
});
