import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sandlot/core/testing';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { recordsOf } from './audit-kit.ts';
import { oldClient } from './clients.ts';
import { keyEntry, type RealGateway, realGateway } from './real-gateway.ts';
import { key } from './sample-gateway.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 300_000 });

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const ada = 'sk-ada-0123456789abcdef';
const bob = 'sk-bob-0123456789abcdef';
const statusOf = async (url: string, as: string) =>
  (await fetch(`${url}/v1/sandbox`, { headers: { authorization: `Bearer ${as}` } })).status;
const take = (gateway: RealGateway, keys: readonly object[]) => gateway.listening.takeKeys(gateway.options({ auth: { keys } }))();
const until = { timeout: 60_000 };

describe('keys of the configuration file', () => {
  it('are read again when it changes: added, taken back, narrowed; a mistake changes nothing', async () => {
    await using folder = await temporaryFolder();
    const config = join(folder.path, 'sandlot.json');
    const write = (text: string) => {
      writeFileSync(`${config}.new`, text);
      renameSync(`${config}.new`, config);
    };
    const auth = (...keys: readonly object[]) =>
      JSON.stringify({ auth: { keys, limits: { failuresPerMinute: 0 } }, servers: { shell: {} } });
    write(auth(keyEntry('ada', ada, ['*'])));
    const args = ['--conditions=@sandlot/source', bin, '--port', '0', '--workspace', join(folder.path, 'ws'), '--state-dir', folder.path];
    const env = { PATH: process.env['PATH'], HOME: folder.path };
    const child = spawn(process.execPath, [...args, '--config', config], { cwd: folder.path, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await expect.poll(() => text, until).toMatch(/MCP +(\S+)\/mcp/);
    const url = /MCP +(\S+)\/mcp/.exec(text)?.[1] ?? '';
    expect([await statusOf(url, ada), await statusOf(url, bob)]).toEqual([200, 401]);

    write(auth(keyEntry('ada', ada, ['*']), keyEntry('bob', bob, ['file:read'])));
    await expect.poll(() => statusOf(url, bob), until).toBe(200);
    const tools = async () => (await fetch(`${url}/v1/mcp/file/tools`, { headers: { authorization: `Bearer ${bob}` } })).text();
    expect(await tools()).not.toContain('file_write');

    write(auth(keyEntry('ada', ada, ['*']), keyEntry('bob', bob, ['file:*'])));
    await expect.poll(tools, until).toContain('file_write');

    for (const [wrong, said] of [
      ['{ "auth": ', /not taken/],
      [JSON.stringify({ auth: { keys: [{ id: 'x', hash: 'y', scopes: [] }] } }), /SHA-256/],
      [JSON.stringify({ auth: { keyz: [] } }), /keyz/],
    ] as const) {
      write(wrong);
      await expect.poll(() => text, until).toMatch(said);
      expect([await statusOf(url, ada), await statusOf(url, bob)]).toEqual([200, 200]);
    }

    write(auth(keyEntry('bob', bob, ['file:*'])));
    await expect.poll(() => statusOf(url, ada), until).toBe(401);
    expect(await statusOf(url, bob)).toBe(200);
    write('{}');
    await expect.poll(() => statusOf(url, bob), until).toBe(401);
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it('end what was opened with one that is taken back: streams are cut, sessions are gone', async () => {
    const keys = [keyEntry('ada', ada, ['*']), keyEntry('bob', bob, ['*'])];
    await using gateway = await realGateway(['shell'], { auth: { keys } });
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    };
    const accept = 'application/json, text/event-stream';
    const open = async (as: string) => {
      const opened = await gateway.request('/mcp', { method: 'POST', as, headers: { accept }, body: JSON.stringify(initialize) });
      await opened.text();
      const session = opened.headers.get('mcp-session-id') ?? '';
      return { session, stream: await gateway.request('/mcp', { as, headers: { accept, 'mcp-session-id': session } }) };
    };
    const [mine, others] = [await open(ada), await open(bob)];
    expect([mine.stream.status, others.stream.status]).toEqual([200, 200]);
    take(gateway, keys.slice(1));
    const changes = () => recordsOf(join(gateway.folder, 'state', 'audit')).filter(({ method }) => method === 'reload');
    await expect.poll(changes, until).toEqual([
      expect.objectContaining({
        principal: 'operator',
        args: {
          principals: [
            { id: 'key', scopes: ['*'] },
            { id: 'key:bob', scopes: ['*'] },
          ],
        },
      }),
    ]);
    await expect(mine.stream.text()).rejects.toThrow();
    const list = (as: string, session: string) =>
      gateway.request('/mcp', {
        method: 'POST',
        as,
        headers: { accept, 'mcp-session-id': session },
        body: '{"jsonrpc":"2.0","id":2,"method":"tools/list"}',
      });
    expect((await list(ada, mine.session)).status).toBe(401);
    expect((await list(bob, others.session)).status).toBe(200);
    take(gateway, [keyEntry('ada', ada, ['shell:read']), keyEntry('bob', bob, ['*'])]);
    expect((await list(ada, mine.session)).status, 'a session with other rights is another session').toBe(404);
    await others.stream.body?.cancel();
  });

  it('change limits, too', async () => {
    const limited = (burst: number) => [keyEntry('ada', ada, ['*'], { limits: { ratePerSecond: 0.001, burst } })];
    await using gateway = await realGateway([], { auth: { keys: limited(1) } });
    expect([await statusOf(gateway.url, ada), await statusOf(gateway.url, ada)]).toEqual([200, 429]);
    take(gateway, limited(3));
    expect([await statusOf(gateway.url, ada), await statusOf(gateway.url, ada)]).toEqual([200, 200]);
    expect(await statusOf(gateway.url, key)).toBe(200);
  });
});

describe('a session', () => {
  it('cannot be used by a token of the same person with other scopes', async () => {
    const pair = await generateKeyPair('EdDSA', { extractable: true });
    const publicKey = await exportSPKI(pair.publicKey);
    const token = (scope: string) =>
      new SignJWT({ iss: 'i', aud: 'a', sub: 'ada', scope, exp: Math.floor(Date.now() / 1000) + 600 })
        .setProtectedHeader({ alg: 'EdDSA' })
        .sign(pair.privateKey);
    await using gateway = await realGateway(['shell'], { auth: { jwt: { issuer: 'i', audience: 'a', publicKey } } });
    const [wide, narrow] = [await token('shell:*'), await token('shell:read')];
    const client = await oldClient(`${gateway.url}/mcp`, wide);
    const session = client.transport?.sessionId ?? '';
    const use = (as: string, method: string, params: object) =>
      gateway.request('/mcp', {
        method: 'POST',
        as,
        headers: { accept: 'application/json, text/event-stream', 'mcp-session-id': session },
        body: JSON.stringify({ jsonrpc: '2.0', id: 9, method, params }),
      });
    expect((await use(wide, 'tools/list', {})).status).toBe(200);
    expect((await use(narrow, 'tools/list', {})).status).toBe(404);
    expect((await use(narrow, 'tools/call', { name: 'shell_exec', arguments: { command: 'true' } })).status).toBe(403);
    expect((await use(await token('shell:*'), 'tools/list', {})).status, 'a renewed token goes on').toBe(200);
    await client.close();
  });
});
