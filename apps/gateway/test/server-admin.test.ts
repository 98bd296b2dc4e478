import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { bridgeClient } from './bridge-clients.ts';
import { type ForeignGateway, foreignGateway, type ForeignSettings, keys, send } from './foreign-gateway.ts';
import { oddHttpServer } from './odd-http-server.ts';

const odd = { command: process.execPath, args: [fileURLToPath(new URL('odd-server.ts', import.meta.url))], protocol: 'legacy' };
const wait = { timeout: 60_000 };

interface Answer {
  readonly status: number;
  readonly data?: unknown;
  readonly error?: Record<string, unknown>;
}

async function ask({ url }: ForeignGateway, method: string, path: string, body?: object, key = keys.ann): Promise<Answer> {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
  const response = await fetch(`${url}/v1/mcp/servers${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: response.status, ...((await response.json()) as { data?: unknown; error?: Record<string, unknown> }) };
}

const statusOf = async (gateway: ForeignGateway, id: string) =>
  ((await ask(gateway, 'GET', '?details=true')).data as { id: string }[]).find((server) => server.id === id);
const tools = async ({ url }: ForeignGateway) =>
  ((await send(`${url}/mcp`, keys.ann, 'tools/list', {})).body.result?.tools ?? []).map(({ name }) => name);
/** A gateway over a state folder that outlives it. */
const gatewayAt = (
  stateDir: string,
  servers: Record<string, unknown> = {},
  options: Record<string, unknown> = {},
  rest: ForeignSettings = {},
) => foreignGateway(servers, { ...rest, options: { stateDir, ...options } });

describe('servers over the API', () => {
  it('are added, listed to clients that are connected, kept over a restart, and removed', async () => {
    await using folder = await temporaryFolder();
    await using server = await oddHttpServer();
    const options = { allowPrivateUpstreams: true };
    await using gateway = await gatewayAt(folder.path, {}, options);
    await using client = await bridgeClient('old', `${gateway.url}/mcp`, keys.ann);
    const entry = { id: 'odd', url: server.url, headers: { 'X-Token': 'secret-0815' } };
    const added = await ask(gateway, 'POST', '', entry);
    expect(added).toMatchObject({ status: 201, data: { id: 'odd', origin: 'api', transport: 'http', state: 'running', tools: 11 } });
    await expect.poll(() => client.seen, wait).toContain('tools changed');
    expect(await client.call('odd__ok')).toBe('odd ok');
    expect(await ask(gateway, 'POST', '', entry)).toMatchObject({ status: 409, error: { code: 'ALREADY_EXISTS' } });
    expect(JSON.stringify(await ask(gateway, 'GET', '?details=true'))).not.toContain('secret-0815');
    expect((await stat(join(folder.path, 'servers.json'))).mode & 0o777).toBe(0o600);
    server.add('late');
    expect(await ask(gateway, 'POST', '/odd/reload')).toMatchObject({ data: { waiting: [{ tool: 'late', why: 'new' }] } });
    await gateway[Symbol.asyncDispose]();

    await using again = await gatewayAt(folder.path, {}, options);
    expect(await tools(again)).toContain('odd__ok');
    expect(await ask(again, 'DELETE', '/odd')).toMatchObject({ status: 200 });
    expect(await tools(again)).toEqual([]);
    expect(await readdir(join(folder.path, 'pins')), 'it is new when it comes again').toEqual([]);
    expect(await ask(again, 'DELETE', '/odd')).toMatchObject({ status: 404 });
  });

  it('must have public addresses, when they are added and when they are connected', async () => {
    await using folder = await temporaryFolder();
    await using server = await oddHttpServer();
    const { port } = new URL(server.url);
    await using gateway = await gatewayAt(folder.path);
    for (const url of [
      server.url,
      `http://localhost:${port}/mcp`,
      `http://[::1]:${port}/mcp`,
      `http://[::ffff:127.0.0.1]:${port}/mcp`,
      `http://2130706433:${port}/mcp`,
      'http://169.254.169.254/latest/meta-data',
      'http://10.0.0.1/mcp',
      'http://0.0.0.0/mcp',
      'http://[fd00::1]/mcp',
    ]) {
      expect(await ask(gateway, 'POST', '', { id: 'inner', url }), url).toMatchObject({
        status: 403,
        error: { message: expect.stringContaining('not a public address'), advice: expect.stringContaining('--allow-private-upstreams') },
      });
    }
    expect(server.asked).toEqual([]);
    await gateway[Symbol.asyncDispose]();

    const mcpServers = Object.fromEntries(
      [server.url, `http://localhost:${port}/mcp`].flatMap((url, index) => [
        [`http${index}`, { url }],
        [`sse${index}`, { url, type: 'sse' }],
      ]),
    );
    await writeFile(join(folder.path, 'servers.json'), JSON.stringify({ mcpServers }));
    await using later = await gatewayAt(folder.path, { mine: { url: server.url } });
    expect((await tools(later)).filter((name) => !name.startsWith('mine__'))).toEqual([]);
    for (const id of Object.keys(mcpServers))
      expect(await statusOf(later, id)).toMatchObject({ state: 'failed', error: expect.stringContaining('not a public address') });
    expect(await tools(later), "the configuration file is its owner's").toContain('mine__ok');
  });

  it('are no programs, unless the gateway was started so', async () => {
    await using folder = await temporaryFolder();
    await using gateway = await gatewayAt(folder.path);
    expect(await ask(gateway, 'POST', '', { id: 'run', ...odd })).toMatchObject({
      status: 403,
      error: { code: 'PERMISSION_DENIED', message: expect.stringContaining('--allow-stdio-admin') },
    });
    await gateway[Symbol.asyncDispose]();
    await using open = await gatewayAt(folder.path, {}, { allowStdioAdmin: true });
    expect(await ask(open, 'POST', '', { id: 'run', ...odd })).toMatchObject({
      status: 201,
      data: { transport: 'stdio', state: 'running' },
    });
    await open[Symbol.asyncDispose]();
    await using closed = await gatewayAt(folder.path);
    expect(await tools(closed)).toEqual([]);
    expect(await statusOf(closed, 'run')).toMatchObject({ state: 'broken', error: expect.stringContaining('--allow-stdio-admin') });
  });

  it('are switched off and on, those of the file, too; that outlives a restart', async () => {
    await using folder = await temporaryFolder();
    await using gateway = await gatewayAt(folder.path, { odd, off: { ...odd, disabled: true } });
    expect(await tools(gateway)).toContain('odd__ok');
    expect(await ask(gateway, 'PATCH', '/odd', { disabled: true })).toMatchObject({
      data: { id: 'odd', origin: 'file', state: 'disabled' },
    });
    expect(await tools(gateway)).toEqual([]);
    expect(await ask(gateway, 'PATCH', '/off', { disabled: false })).toMatchObject({ status: 200 });
    expect(await tools(gateway)).toContain('off__ok');
    expect(await ask(gateway, 'DELETE', '/odd')).toMatchObject({
      status: 409,
      error: { message: 'The server "odd" stands in the configuration file.' },
    });
    await gateway[Symbol.asyncDispose]();
    await using again = await gatewayAt(folder.path, { odd, off: { ...odd, disabled: true } });
    expect((await tools(again)).map((name) => name.split('__')[0])).not.toContain('odd');
    expect(await statusOf(again, 'odd')).toMatchObject({ state: 'disabled' });
  });

  it('are refused when they are wrong, and nothing changes', async () => {
    await using folder = await temporaryFolder();
    await using gateway = await gatewayAt(folder.path, { odd }, { allowStdioAdmin: true });
    for (const [body, message] of [
      [{}, 'id'],
      [{ id: 'a__b', url: 'https://a.example' }, 'no good id'],
      [{ id: 'servers', url: 'https://a.example' }, 'reserved'],
      [{ id: 'gateway', url: 'https://a.example' }, 'reserved'],
      [{ id: 'a', url: 'ftp://a.example' }, 'url'],
      [{ id: 'a', url: 'https://a.example', headerz: {} }, 'headerz'],
      [{ id: 'a', url: 'https://no-such-host.invalid/mcp' }, 'no-such-host.invalid'],
      [{ id: '__proto__x', command: 'true' }, 'no good id'],
    ] as const)
      expect(await ask(gateway, 'POST', '', body), JSON.stringify(body)).toMatchObject({
        status: 400,
        error: { message: expect.stringContaining(message) },
      });
    expect(await ask(gateway, 'POST', '', { id: 'odd', command: 'true' })).toMatchObject({ status: 409 });
    expect(await ask(gateway, 'PATCH', '/odd', { disable: true })).toMatchObject({ status: 400 });
    expect(await ask(gateway, 'PATCH', '/nobody', { disabled: true })).toMatchObject({ status: 404 });
    expect(await ask(gateway, 'POST', '/nobody/reload')).toMatchObject({ status: 404 });
    expect(await ask(gateway, 'GET', '')).toEqual({ status: 200, success: true, message: 'ok', data: ['odd'] });
    expect(await readdir(folder.path)).not.toContain('servers.json');
  });

  it('are administered with the scope gateway:admin only, and every attempt is in the audit trail', async () => {
    await using folder = await temporaryFolder();
    await using gateway = await gatewayAt(folder.path, { odd }, { audit: 'on' }, { scopes: ['odd:*', '*:use', '*:read'] });
    for (const [method, path, body] of [
      ['POST', '', { id: 'a', url: 'https://a.example', headers: { 'X-Token': 'secret-0815' } }],
      ['PATCH', '/odd', { wrong: true }],
      ['DELETE', '/odd', undefined],
      ['POST', '/odd/reload', undefined],
      ['POST', '/odd/approve', {}],
    ] as const)
      expect(await ask(gateway, method, path, body, keys.cat), `${method} ${path}`).toMatchObject({
        status: 403,
        error: { data: { scopes: ['gateway:admin'] } },
      });
    expect(await ask(gateway, 'POST', '/odd/reload')).toMatchObject({ status: 200 });
    await gateway[Symbol.asyncDispose]();
    const log = await readFile(join(folder.path, 'audit', '1', 'audit-000001.jsonl'), 'utf8');
    const records = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ server, decision }) => server === 'gateway' && decision !== undefined);
    expect(records.map(({ tool, principal, decision }) => [principal, tool, decision].join(' '))).toEqual([
      ...['add', 'patch', 'remove', 'reload', 'approve'].map((name) => `key:cat servers_${name} deny`),
      'key:ann servers_reload allow',
    ]);
    expect(log).not.toContain('secret-0815');
  });

  it('show collisions and what is broken', async () => {
    await using folder = await temporaryFolder();
    await using gateway = await gatewayAt(folder.path, { odd, typo: { command: '' } });
    await tools(gateway);
    expect(await statusOf(gateway, 'odd')).toMatchObject({ state: 'running', collisions: ['odd__x_y'] });
    expect(await statusOf(gateway, 'typo')).toMatchObject({ state: 'broken', origin: 'file', error: expect.stringContaining('command') });
    const response = await fetch(`${gateway.url}/v1/sandbox`, { headers: { authorization: `Bearer ${keys.ann}` } });
    expect(await response.json()).toMatchObject({
      data: { servers: { odd: { collisions: ['odd__x_y'] } }, broken: [{ id: 'typo' }], disabled: [] },
    });
  });
});
