/** The commands of docs/runbook.md, run as they stand there, each in the situation that it is for. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sandlot/core/testing';
import { expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 600_000 });

const until = { timeout: 120_000 };
const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const text = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
const [prelude = '', ...sections] = text.split(/^## /m);
const agentKey = 'sk-agent-0123456789abcdef';
const adminKey = 'sk-admin-0123456789abcdef';

/** The commands under a heading, in their order. */
function blocksOf(heading: string): string[] {
  const section = heading === '' ? prelude : sections.find((one) => one.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`The runbook has no section "${heading}".`);
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
}

interface Situation extends AsyncDisposable {
  readonly folder: string;
  readonly workspace: string;
  /** Runs a block of the runbook and gives what it printed and how it ended. */
  run(block: string | undefined, env?: Record<string, string>): Promise<{ code: number | null; out: string }>;
  call(tool: string, args: object, key?: string): Promise<{ status: number; body: unknown }>;
  configure(keys: readonly object[]): void;
}

const entry = (id: string, key: string) => ({ id, hash: `sha256:${createHash('sha256').update(key).digest('hex')}`, scopes: ['*'] });

/** A gateway as a process, with a key for an agent and one for who runs it, and `sandlot` on the path. */
async function situation(): Promise<Situation> {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  const [workspace, state, config] = [at('workspace'), at('state'), at('sandlot.json')];
  for (const name of ['bin', 'evidence', 'workspace']) mkdirSync(at(name));
  const command = `exec '${process.execPath}' --conditions=@sandlot/source '${bin}' "$@"`;
  writeFileSync(at('bin/sandlot'), `#!/bin/sh\n${command}\n`);
  chmodSync(at('bin/sandlot'), 0o755);
  const configure = (keys: readonly object[]) => writeFileSync(config, JSON.stringify({ auth: { keys } }));
  configure([entry('agent', agentKey)]);
  const env = {
    ...process.env,
    PATH: `${at('bin')}:${process.env['PATH']}`,
    SANDLOT_STATE_DIR: state,
    SANDLOT_CONFIG: config,
    SANDLOT_API_KEY: adminKey,
    SANDLOT_WORKSPACE: workspace,
    EVIDENCE: at('evidence'),
    CONTAINER_LOG: at('container.log'),
  };
  const args = ['--port', '0', '--traces', '50'];
  const gateway = spawn(at('bin/sandlot'), args, { cwd: folder.path, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [gateway.stdout, gateway.stderr])
    stream.on('data', (chunk: Buffer) => writeFileSync(at('container.log'), (said += chunk.toString())));
  await expect.poll(() => said, until).toMatch(/MCP +(\S+)\/mcp/);
  const url = /MCP +(\S+)\/mcp/.exec(said)?.[1] ?? '';
  return {
    folder: folder.path,
    workspace,
    configure,
    async run(block, more = {}) {
      const script = `set -eu\n${blocksOf('').join('\n')}\n${block}`;
      const child = spawn('bash', ['-c', script], { cwd: folder.path, env: { ...env, SANDLOT_URL: url, ...more } });
      let out = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
      const [code] = await once(child, 'close');
      return { code: code as number | null, out };
    },
    async call(tool, toolArgs, key = agentKey) {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const path = `/v1/mcp/${tool.slice(0, tool.indexOf('_'))}/tools/${tool}`;
      const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(toolArgs) });
      return { status: response.status, body: await response.json() };
    },
    async [Symbol.asyncDispose]() {
      gateway.kill('SIGTERM');
      if (gateway.exitCode === null) await once(gateway, 'exit');
      await folder[Symbol.asyncDispose]();
    },
  };
}

it('a runaway agent', async () => {
  const [look, who, end, keys, after, ...more] = blocksOf('A runaway agent');
  expect(more).toEqual([]);
  await using here = await situation();
  await here.call('shell_exec', { command: 'timeout 300 sh -c "while :; do :; done"', wait_ms: 100 });
  const seconds = async () =>
    Number(/sandlot_server_cpu_time_seconds_total\{sandlot_server="shell"\} ([\d.]+)/.exec((await here.run(look)).out)?.[1]);
  await expect.poll(seconds, until).toBeGreaterThan(1);
  expect(loopsIn(here.workspace)).not.toEqual([]);
  const found = await here.run(who);
  expect(found.code, found.out).toBe(0);
  expect(found.out).toMatch(/"principal":"key:agent".*shell_exec/);
  expect(found.out).toContain('"success":true');
  expect(await here.run(end)).toMatchObject({ code: 0 });
  await expect.poll(async () => (await here.run(after)).out, until).toMatch(/sandlot_server_up\{sandlot_server="shell"\} 0/);
  expect((await here.run(after)).out).toMatch(/restarts_total\{sandlot_server="shell",reason="SIGKILL"\} 1/);
  await expect.poll(() => loopsIn(here.workspace), until).toEqual([]);
  here.configure([]);
  await expect.poll(async () => (await here.call('file_list', { path: '.' })).status, until).toBe(401);
  const changed = await here.run(keys);
  expect(changed.out).toContain('"tool":"keys"');
});

/** The endless loops that run in a folder. */
function loopsIn(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('while :; do :; done') && readlinkSync(`/proc/${pid}/cwd`) === folder;
      } catch {
        return false;
      }
    });
}

it('a secret has leaked', async () => {
  const [create, find, over, ...more] = blocksOf('A secret has leaked');
  expect(more).toEqual([]);
  await using here = await situation();
  expect((await here.call('file_write', { path: 'notes/leak.txt', content: `the key is ${agentKey}` })).status).toBe(200);
  const made = await here.run(create);
  const [, entryText = '{}'] = /^ {2}(\{.*\})$/m.exec(made.out) ?? [];
  const [, key = ''] = /^ {2}(sk\S+|\S{20,})$/m.exec(made.out) ?? [];
  const env = { LEAKED_SECRET: agentKey, LEAKED_PRINCIPAL: 'key:agent', LEAKED_SINCE: new Date(Date.now() - 600_000).toISOString() };
  expect((await here.run(over, env)).out).toBe('200\n');
  here.configure([JSON.parse(entryText) as object]);
  await expect.poll(async () => (await here.run(over, env)).out, until).toBe('401\n');
  expect((await here.call('file_list', { path: '.' }, key)).status).toBe(200);
  const { out } = await here.run(find, env);
  expect(out).toMatch(/"principal":"key:agent".*file_write/);
  expect(out).toContain(join(here.workspace, 'notes', 'leak.txt'));
});

it('the container is compromised', async () => {
  const [copy, verify, list, ready, ...more] = blocksOf('The container is compromised');
  expect(more).toEqual([]);
  await using here = await situation();
  expect((await here.call('shell_exec', { command: 'id' })).status).toBe(200);
  expect(await here.run(copy)).toMatchObject({ code: 0 });
  const good = await here.run(verify);
  expect(good.code, good.out).toBe(0);
  expect((await here.run(list)).out).toMatch(/shell_exec/);
  const again = await here.run(ready);
  expect(again.code, again.out).toBe(0);
  // Somebody changes a record of the copy.
  const file = join(here.folder, 'evidence/state/audit/1/audit-000001.jsonl');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"shell_exec"', '"shell_list"'));
  expect((await here.run(verify)).code).toBe(1);
});

it('the disk is full', async () => {
  const [look, where, remove, over, ...more] = blocksOf('The disk is full');
  expect(more).toEqual([]);
  await using here = await situation();
  const large = join(here.workspace, 'large.bin');
  writeFileSync(large, Buffer.alloc(5_000_000));
  expect((await here.run(look)).out).toMatch(/container_filesystem_available_bytes \d+/);
  const found = await here.run(where);
  expect(found.code, found.out).toBe(0);
  expect(found.out).toMatch(new RegExp(`M\\s${large}`));
  expect(await here.run(remove, { LARGE_FILE: large })).toMatchObject({ code: 0 });
  expect((await here.run(over)).out).toContain('"success":true');
});

it('the browser eats the memory', async () => {
  const [look, pages, close, end, over, ...more] = blocksOf('The browser eats the memory');
  expect(more).toEqual([]);
  await using site = await startSite();
  await using here = await situation();
  expect((await here.call('browser_navigate', { url: site.url }, adminKey)).status).toBe(200);
  expect((await here.call('browser_tabs', { action: 'new', url: site.url }, adminKey)).status).toBe(200);
  const seen = (await here.run(look)).out;
  expect(Number(/memory_usage_bytes\{sandlot_server="browser"\} (\d+)/.exec(seen)?.[1])).toBeGreaterThan(1e8);
  expect(seen).toMatch(/sandlot_browser_pages 2/);
  expect((await here.run(pages)).out).toContain(site.url);
  const closed = await here.run(close);
  expect(closed.code, closed.out).toBe(0);
  expect((await here.run(look)).out).toMatch(/sandlot_browser_pages 0/);
  expect(await here.run(end)).toMatchObject({ code: 0 });
  await expect.poll(async () => (await here.run(over)).out, until).toMatch(/sandlot_server_up\{sandlot_server="browser"\} 0/);
});

async function startSite(): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello</p>'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
