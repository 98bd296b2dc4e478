import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { newClient } from './clients.ts';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const node = ['--conditions=@sandlot/source', bin];
const key = 'a-key-of-16-chars-or-more';

describe('sandlot', () => {
  it('makes a key once, shows it with blocks to paste, and keeps it over restarts', async () => {
    await using folder = await temporaryFolder();
    const first = await start(folder.path);
    expect(first.text()).toMatch(/Tools +\d+, about [\d,]+ tokens/);
    const shown = /Key +(sk-sandlot-\S{43})/.exec(first.text())?.[1] ?? '';
    expect(shown).not.toBe('');
    expect(first.text()).toContain(`claude mcp add --transport http sandlot ${first.url}/mcp --header "Authorization: Bearer ${shown}"`);
    const blocks = [...first.text().matchAll(/^ {2}\{[\s\S]*?^ {2}\}/gm)].map(([block]) => JSON.parse(block) as unknown);
    const headers = { Authorization: `Bearer ${shown}` };
    expect(blocks).toEqual([
      { servers: { sandlot: { type: 'http', url: `${first.url}/mcp`, headers } } },
      { mcpServers: { sandlot: { url: `${first.url}/mcp`, headers } } },
    ]);
    expect((await stat(join(folder.path, 'state', 'api-key'))).mode & 0o777).toBe(0o600);
    await first.stop();

    const second = await start(folder.path);
    expect(second.text()).toContain(shown);
    expect((await fetch(`${second.url}/v1/sandbox`, { headers: { authorization: `Bearer ${shown}` } })).status).toBe(200);
    await second.stop();
  });

  it('does not show a key that was given', async () => {
    await using folder = await temporaryFolder();
    const gateway = await start(folder.path, { SANDLOT_API_KEY: key });
    expect(gateway.text()).not.toContain(key);
    expect((await fetch(`${gateway.url}/v1/sandbox`, { headers: { 'x-aio-api-key': key } })).status).toBe(200);
    await gateway.stop();
  });

  it('refuses what cannot be meant, with the value and the way out', async () => {
    await using folder = await temporaryFolder();
    const config = join(folder.path, 'sandlot.json');
    await writeFile(config, '{ "port": 0, // a comment\n  "servers": { "fil": {} } }');
    expect(await refusal(folder.path, ['--host', '0.0.0.0', '--auth', 'none'])).toMatch(/SANDLOT_AUTH=none is refused on "0\.0\.0\.0"/);
    expect(await refusal(folder.path, ['--port', '99999'])).toMatch(/--port "99999"/);
    expect(await refusal(folder.path, ['--prot', '1'])).toMatch(/'--prot'/);
    expect(await refusal(folder.path, ['--config', config])).toMatch(/"servers\.fil"/);
    for (const [servers, message] of [
      ['5', /"servers": /],
      ['{ "shell": { "bogus": true } }', /"servers\.shell\.bogus": there is no such option/],
      ['{ "shell": { "workspace": "/" } }', /"servers\.shell\.workspace": there is no such option/],
      ['{ "shell": { "maxProcesses": 0 } }', /"servers\.shell\.maxProcesses" 0/],
      ['{ "file": { "caps": ["nope"] } }', /there is no group "nope"/],
    ] as const) {
      await writeFile(config, `{ "servers": ${servers} }`);
      expect(await refusal(folder.path, ['--config', config])).toMatch(message);
    }
    await writeFile(config, '{ "profiles": { "a": { "mode": "serch" } } }');
    expect(await refusal(folder.path, ['--config', config])).toMatch(/"profiles\.a": .*mode/s);
    await writeFile(config, '{ "profiles": { "a": {} } }');
    expect(await refusal(folder.path, ['--config', config, '--profile', 'a'])).toMatch(/--profile "a" goes with --stdio.*\/mcp\/p\/a/s);
    expect(await refusal(folder.path, ['--config', config, '--stdio', '--profile', 'b'])).toMatch(/No profile "b"\.\nProfiles: a/);
    expect(await refusal(folder.path, ['--config', join(folder.path, 'missing.json')])).toMatch(/There is no configuration file/);
    await writeFile(config, '{\n  "port": }');
    expect(await refusal(folder.path, ['--config', config])).toMatch(/line 2, column 11/);
    await writeFile(config, '{ "prot": 1 }');
    expect(await refusal(folder.path, ['--config', config])).toMatch(/Unknown key "prot"/);
    expect(await refusal(folder.path, ['--own-servers', 'file,shel'])).toMatch(
      /--own-servers: there is no server "shel"\.\nKnown: file, shell/,
    );
    expect(await refusal(folder.path, ['--agent-user', 'agent'])).toMatch(/--agent-user "agent"/);
  });

  it('puts servers under another user only where it may', async () => {
    await using folder = await temporaryFolder();
    // Root may; without this capability it may not.
    const powerless = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-setuid'] : [];
    const said = await refusal(folder.path, ['--agent-user', '1001:0'], powerless);
    expect(said).toMatch(/agent-user=1001:0 needs capabilities that the gateway does not have: .*CAP_SETUID/);
  });

  it('has the servers that were asked for, and no others', async () => {
    await using folder = await temporaryFolder();
    const gateway = await start(folder.path, { SANDLOT_API_KEY: key, SANDLOT_OWN_SERVERS: 'shell,file' });
    const client = await newClient(`${gateway.url}/mcp`, key);
    const { tools } = await client.listTools();
    expect(new Set(tools.map(({ name }) => name.split('_')[0]))).toEqual(new Set(['file', 'shell']));
    await client.close();
    await gateway.stop();
  });

  it('serves one client over stdio, all servers in one entry', async () => {
    await using folder = await temporaryFolder();
    const client = new OldClient({ name: 'test', version: '1.0.0' });
    const args = [...node, '--stdio', '--workspace', join(folder.path, 'ws'), '--state-dir', join(folder.path, 'state')];
    await client.connect(new OldStdio({ command: process.execPath, args, stderr: 'ignore' }));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['file_read', 'shell_exec', 'browser_navigate', 'markitdown_convert']),
    );
    await client.callTool({ name: 'file_write', arguments: { path: 'note.txt', content: 'one workspace' } });
    expect(await client.callTool({ name: 'shell_exec', arguments: { command: 'cat note.txt' } })).toMatchObject({
      content: expect.arrayContaining([expect.objectContaining({ text: expect.stringContaining('one workspace') })]),
    });
    await client.close();
  });

  it('leaves no server behind when it is killed with SIGKILL', async () => {
    await using folder = await temporaryFolder();
    const gateway = await start(folder.path, { SANDLOT_API_KEY: key });
    const client = await newClient(`${gateway.url}/mcp`, key);
    await client.callTool({ name: 'shell_exec', arguments: { command: 'true' } });
    const response = await fetch(`${gateway.url}/v1/sandbox`, { headers: { authorization: `Bearer ${key}` } });
    const { data } = (await response.json()) as { data: { servers: { shell: { pid: number } } } };
    expect(existsSync(`/proc/${data.servers.shell.pid}`)).toBe(true);
    gateway.child.kill('SIGKILL');
    await expect.poll(() => existsSync(`/proc/${data.servers.shell.pid}`), { timeout: 60_000 }).toBe(false);
  });

  it('writes an audit trail that verifies, with a record before and after each call', async () => {
    await using folder = await temporaryFolder();
    const gateway = await start(folder.path, { SANDLOT_API_KEY: key });
    const client = await newClient(`${gateway.url}/mcp`, key);
    await client.callTool({ name: 'file_write', arguments: { path: 'a.txt', content: 'x' } });
    await client.close();
    await gateway.stop();
    const lines = (await readFile(join(folder.path, 'state', 'audit', '1', 'audit-000001.jsonl'), 'utf8')).trim().split('\n');
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.filter(({ tool }) => tool === 'file_write')).toEqual([expect.objectContaining({ server: 'file', principal: 'key' })]);
    expect(await exitCode([...node, 'audit', 'verify', '--state-dir', join(folder.path, 'state')])).toBe(0);
  });
});

interface Running {
  readonly url: string;
  readonly child: ChildProcess;
  text(): string;
  stop(): Promise<void>;
}

async function start(folder: string, env: Record<string, string> = {}): Promise<Running> {
  const args = [...node, '--port', '0', '--workspace', join(folder, 'ws'), '--state-dir', join(folder, 'state')];
  const child = spawn(process.execPath, args, {
    // Without a sandlot.json.
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await expect.poll(() => text, { timeout: 60_000 }).toContain('Cursor (');
  await expect.poll(() => text, { timeout: 60_000 }).toMatch(/\}\s+\}\s+$/);
  const url = /MCP +(\S+)\/mcp/.exec(text)?.[1] ?? '';
  return {
    url,
    child,
    text: () => text,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

async function refusal(folder: string, flags: string[], wrapper: readonly string[] = []): Promise<string> {
  const own = [process.execPath, ...node, '--state-dir', join(folder, 'state'), '--workspace', join(folder, 'ws'), ...flags];
  const [command = '', ...args] = [...wrapper, ...own];
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = await once(child, 'close');
  expect(code, text).toBe(2);
  return text;
}

async function exitCode(args: string[]): Promise<unknown> {
  const [code] = await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit');
  return code;
}
