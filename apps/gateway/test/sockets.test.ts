import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { OpenSockets } from '../src/sockets/open-sockets.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kill, otlpSink, temporaryFolder } from '@sandlot/core/testing';
import { key } from './sample-gateway.ts';
import { text } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import { refusalOf, view } from '../../../packages/shell/test/terminal-client.ts';
import { isThere, until } from '../../../packages/shell/test/kit.ts';
import { ticketOf } from './answers.ts';
import { keyEntry, type RealGateway, realGateway } from './real-gateway.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 300_000 });

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const ada = 'sk-ada-0123456789abcdef';
const bob = 'sk-bob-0123456789abcdef';
const eve = 'sk-eve-0123456789abcdef';
const keys = [keyEntry('ada', ada, ['shell:*']), keyEntry('bob', bob, ['shell:*']), keyEntry('eve', eve, ['shell:read', 'file:*'])];
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const prompt = { command: 'exec bash --norc --noprofile -i' };

const newTicket = async (gateway: RealGateway, body: object, as = ada) =>
  ticketOf(await gateway.request('/tickets', { method: 'POST', as, body: JSON.stringify(body) }));
const isStarted = (gateway: RealGateway) => gateway.gateway.registry.get('shell')?.health().state !== 'stopped';

describe('/terminal through the gateway', () => {
  it('is a terminal of the shell server, with size, replay and several viewers', async () => {
    await using gateway = await realGateway(['shell'], { auth: { keys } });
    await using one = await view(gateway.url, { ...prompt, cols: 91, rows: 22 }, bearer(ada));
    one.type('echo "$((6*7))="; stty size; pwd\r');
    await one.sees(`42=\r\n22 91\r\n${gateway.gateway.workspace}\r\n`);
    one.control({ type: 'resize', cols: 100, rows: 30 });
    await one.hears('size');
    one.type('stty size\r');
    await one.sees('30 100');
    const [at, seen] = [one.end(), one.text()];
    one.socket.terminate();
    await one.closed();
    await using two = await view(gateway.url, { id: one.id(), offset: at }, bearer(ada));
    await using three = await view(gateway.url, { id: one.id(), offset: 0 }, bearer(ada));
    two.type('echo ag""ain\r');
    await two.sees('again\r\n');
    await until(() => three.text().endsWith(two.text()) || undefined);
    expect(three.text().startsWith(seen)).toBe(true);
    three.control({ type: 'end' });
    expect([await two.closed(), await three.closed()]).toEqual([1000, 1000]);
  });

  it('carries large output whole, at the speed of the viewer', async () => {
    await using gateway = await realGateway(['shell'], { auth: { keys } });
    await using viewer = await view(gateway.url, { command: 'seq 1 400000' }, bearer(ada));
    viewer.socket.pause();
    await until(async () => {
      const { body } = await gateway.call(ada, 'shell_list', {});
      return JSON.stringify(body).includes('"status":"exited"') || undefined;
    });
    viewer.socket.resume();
    expect(await viewer.closed()).toBe(1000);
    const lines = viewer.text().split('\r\n');
    expect([lines.length, lines[0], lines[399_999]]).toEqual([400_001, '1', '400000']);
  });

  it('belongs to who opened it: others cannot see, use or guess it', async () => {
    await using gateway = await realGateway(['shell'], { auth: { keys } });
    await using terminal = await view(gateway.url, prompt, bearer(ada));
    const of = (id: string, as: string) => refusalOf(`${gateway.url}/terminal?id=${id}`, bearer(as));
    const foreign = await of(terminal.id(), bob);
    const unknown = await of(
      terminal.id().replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
      bob,
    );
    expect(foreign.status).toBe(404);
    expect(foreign.body.replaceAll(/p[0-9a-f]{16}/g, 'ID')).toBe(unknown.body.replaceAll(/p[0-9a-f]{16}/g, 'ID'));
    expect(JSON.stringify(await gateway.call(bob, 'shell_list', {}))).not.toContain(terminal.id());
    for (const [tool, args] of [
      ['shell_read', {}],
      ['shell_write', { input: 'x' }],
      ['shell_kill', {}],
    ] as const) {
      expect((await gateway.call(bob, tool, { process_id: terminal.id(), ...args })).status, tool).toBe(404);
    }
    expect(JSON.stringify(await gateway.call(ada, 'shell_list', {}))).toContain(terminal.id());
    terminal.type('echo un""touched\r');
    await terminal.sees('untouched');
  });
});

describe('the policy of WebSockets', () => {
  it('refuses who has no credential, no right, a foreign Origin or Host, and starts nothing', async () => {
    await using gateway = await realGateway(['shell'], { auth: { keys } });
    for (const [headers, status] of [
      [{}, 401],
      [bearer('wrong-0123456789'), 401],
      [bearer(eve), 403],
      [{ ...bearer(ada), origin: 'https://evil.example' }, 403],
      [{ ...bearer(ada), origin: 'http://localhost:3000' }, 403],
      [{ ...bearer(ada), origin: 'null' }, 403],
      [{ ...bearer(ada), host: 'evil.example' }, 403],
      [{ cookie: `key=${ada}` }, 401],
    ] as [Record<string, string>, number][]) {
      const refusal = await refusalOf(`${gateway.url}/terminal`, headers);
      expect(refusal.status, JSON.stringify(headers)).toBe(status);
      expect(JSON.parse(refusal.body), refusal.body).toMatchObject({ success: false, error: { code: expect.any(String) } });
    }
    for (const query of [`?key=${ada}`, `?ticket=${ada}`, `?access_token=${ada}`]) {
      expect((await refusalOf(`${gateway.url}/terminal${query}`)).status, query).toBe(401);
    }
    expect(isStarted(gateway)).toBe(false);
    const own = new URL(gateway.url).host;
    await using viewer = await view(gateway.url, prompt, { ...bearer(ada), origin: `http://${own}` });
    expect(viewer.id()).toMatch(/^p/);
  });

  it('takes a one-time ticket: once, on its path, for its scopes, as its maker', async () => {
    await using gateway = await realGateway(['shell'], { auth: { keys } });
    const at = (ticket: string) => refusalOf(`${gateway.url}/terminal?ticket=${ticket}`);
    const ticket = await newTicket(gateway, { path: '/terminal' });
    await using viewer = await view(gateway.url, { ticket, ...prompt });
    expect((await at(ticket)).status).toBe(401);
    const list = await gateway.call(ada, 'shell_list', {});
    expect(JSON.stringify(list)).toContain(viewer.id());
    expect((await at(await newTicket(gateway, { path: '/terminal/x' }))).status).toBe(401);
    expect((await at(await newTicket(gateway, { path: '/terminal', method: 'POST' }))).status).toBe(401);
    expect((await at(await newTicket(gateway, { path: '/terminal', scope: 'shell:read' }))).status).toBe(403);
    expect((await at(await newTicket(gateway, { path: '/terminal' }, eve))).status).toBe(403);
    const foreign = await newTicket(gateway, { path: '/terminal' }, bob);
    expect((await refusalOf(`${gateway.url}/terminal?ticket=${foreign}&id=${viewer.id()}`)).status).toBe(404);
    const short = await newTicket(gateway, { path: '/terminal', ttl_s: 1 });
    const end = Date.now() + 1000;
    await until(() => Date.now() > end || undefined);
    expect((await at(short)).status).toBe(401);
  });

  it('counts them against the limits of their caller', async () => {
    const limited = [keyEntry('ada', ada, ['shell:*'], { limits: { concurrent: 2 } })];
    await using gateway = await realGateway(['shell'], { auth: { keys: limited } });
    await using one = await view(gateway.url, prompt, bearer(ada));
    {
      await using _two = await view(gateway.url, { id: one.id() }, bearer(ada));
      const refused = await refusalOf(`${gateway.url}/terminal?id=${one.id()}`, bearer(ada));
      expect([refused.status, JSON.parse(refused.body).error.code]).toEqual([429, 'RESOURCE_EXHAUSTED']);
    }
    await until(async () => (await gateway.request('/v1/mcp/servers', { as: ada })).status === 200 || undefined);
  });

  it('closes them when the key is taken back, and kills its tickets', async () => {
    await using gateway = await realGateway(['shell'], { auth: { keys } });
    await using taken = await view(gateway.url, prompt, bearer(ada));
    await using kept = await view(gateway.url, prompt, bearer(bob));
    const [mine, others] = [await newTicket(gateway, { path: '/terminal' }), await newTicket(gateway, { path: '/terminal' }, bob)];
    gateway.listening.takeKeys(gateway.options({ auth: { keys: keys.slice(1) } }))();
    expect(await taken.closed()).toBe(1008);
    expect((await refusalOf(`${gateway.url}/terminal`, bearer(ada))).status).toBe(401);
    expect((await refusalOf(`${gateway.url}/terminal?ticket=${mine}`)).status).toBe(401);
    await using again = await view(gateway.url, { ticket: others, id: kept.id() });
    kept.type('echo st""ill\r');
    await again.sees('still');
  });

  it('records begin and end with bytes, and refusals', async () => {
    await using gateway = await realGateway(['shell'], { auth: { keys } });
    await using viewer = await view(gateway.url, { ...prompt, cols: 90, ticket: await newTicket(gateway, { path: '/terminal' }) });
    viewer.type('seq 1 1000\r');
    await viewer.sees('999\r\n1000\r\n');
    viewer.control({ type: 'end' });
    await viewer.closed();
    await refusalOf(`${gateway.url}/terminal`, bearer(eve));
    await refusalOf(`${gateway.url}/terminal?id=p0000000000000000`, bearer(ada));
    const records = () => auditRecords(gateway);
    await until(async () => (await records()).filter(({ type }) => type === 'end').length === 3 || undefined);
    const [begin, denied, lost] = (await records()).filter(({ type }) => type === 'begin');
    expect(begin).toMatchObject({
      principal: 'key:ada',
      server: 'shell',
      tool: 'terminal',
      method: 'WebSocket /terminal',
      args: { ...prompt, cols: '90' },
      decision: 'allow',
    });
    expect(JSON.stringify(begin)).not.toContain('ticket');
    expect(denied).toMatchObject({ principal: 'key:eve', decision: 'deny' });
    const ends = (await records()).filter(({ type }) => type === 'end');
    const endOf = (record: Record<string, unknown> | undefined) => ends.find(({ call }) => call === record?.['seq']);
    expect(endOf(begin)).toMatchObject({ outcome: 'ok', bytes_in: expect.any(Number), bytes_out: expect.any(Number) });
    expect(Number(endOf(begin)?.['bytes_out'])).toBeGreaterThan(3000);
    expect(endOf(denied)).toMatchObject({ outcome: 'denied' });
    expect(endOf(lost)).toMatchObject({ outcome: 'error', error_code: 'NOT_FOUND' });
  });

  it('ends with the gateway, and nothing is left', async () => {
    const gateway = await realGateway(['shell'], { auth: { keys } });
    const viewer = await view(gateway.url, prompt, bearer(ada));
    viewer.type('echo "pid=$$"\r');
    const pid = await until(() => Number(/pid=(\d+)\r\n/.exec(viewer.text())?.[1]) || undefined);
    await gateway[Symbol.asyncDispose]();
    expect(await viewer.closed()).toBe(1001);
    await until(() => !isThere(pid) || undefined);
  });

  it('closes when the server dies, and the next one works', async () => {
    await using gateway = await realGateway(['shell'], { auth: { keys } });
    await using lost = await view(gateway.url, prompt, bearer(ada));
    kill(gateway.gateway.registry.get('shell')?.health().pid);
    expect(await lost.closed()).toBe(1001);
    // 503 for a moment, while the gateway has not heard of the end.
    const asked = async () => (await refusalOf(`${gateway.url}/terminal?id=${lost.id()}`, bearer(ada))).status;
    await expect.poll(asked).toBe(404);
    await using next = await view(gateway.url, prompt, bearer(ada));
    next.type('echo al""ive\r');
    await next.sees('alive');
  });

  it('is one trace from the upgrade to the process', async () => {
    await using sink = await otlpSink();
    await using folder = await temporaryFolder();
    const args = ['--conditions=@sandlot/source', bin, '--port', '0', '--workspace', join(folder.path, 'ws'), '--state-dir', folder.path];
    const env = { PATH: process.env['PATH'], HOME: folder.path, SANDLOT_API_KEY: key, OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
    const child = spawn(process.execPath, args, { cwd: folder.path, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const url = await until(() => /MCP +(\S+)\/mcp/.exec(said)?.[1]);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await using viewer = await view(url, { command: 'echo "$TRACEPARENT"' }, { ...bearer(key), traceparent });
    await viewer.closed();
    await sink.waitFor((spans) => ['GET /terminal', 'process.exec'].every((name) => spans.some((span) => span.name === name)));
    const [http, exec] = ['GET /terminal', 'process.exec'].map((name) => sink.spans.find((span) => span.name === name));
    expect(http).toMatchObject({ traceId: traceparent.slice(3, 35), parentSpanId: traceparent.slice(36, 52), kind: 2 });
    expect(http?.attributes).toMatchObject({ 'http.response.status_code': 101, 'http.route': '/terminal' });
    expect(exec).toMatchObject({ traceId: http?.traceId, parentSpanId: http?.spanId, service: 'sandlot-shell' });
    expect(viewer.text()).toContain(exec?.spanId);
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it('keeps no connection of a client that was refused and stays', async () => {
    await using gateway = await realGateway(['shell'], { auth: { keys } });
    const socket = connectTcp({ port: Number(new URL(gateway.url).port), host: '127.0.0.1', allowHalfOpen: true });
    let gone = false;
    socket.on('error', () => (gone = true));
    const lines = ['GET /terminal HTTP/1.1', 'Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket'];
    socket.write(`${lines.join('\r\n')}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    expect(await text(socket)).toContain('401 Unauthorized');
    await until(() => gone || socket.destroyed || !socket.write('x') || undefined);
    socket.destroy();
  });

  it('answers what is no upgrade, or none to a WebSocket, like any request', async () => {
    await using gateway = await realGateway(['shell'], { auth: { keys } });
    expect((await gateway.request('/terminal', { as: ada })).status).toBe(426);
    const raw = async (lines: readonly string[]) => {
      const socket = connectTcp(Number(new URL(gateway.url).port), '127.0.0.1');
      socket.write(`${[...lines, `Host: 127.0.0.1`, `Authorization: Bearer ${ada}`].join('\r\n')}\r\n\r\n`);
      return Number(/^HTTP\/1\.1 (\d{3})/.exec(await text(socket))?.[1]);
    };
    const websocket = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const valid = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    expect(await raw(['GET /readyz HTTP/1.1', 'Connection: close, Upgrade', 'Upgrade: h2c'])).toBe(200);
    expect(await raw(['GET /terminal HTTP/1.1', 'Connection: Upgrade', ...websocket])).toBe(400);
    expect(await raw(['POST /terminal HTTP/1.1', 'Connection: Upgrade', valid, ...websocket])).toBe(404);
    expect(await raw(['GET /v1/sandbox HTTP/1.1', 'Connection: Upgrade', valid, ...websocket])).toBe(200);
    expect(await raw(['GET http://evil.example/terminal HTTP/1.1', 'Connection: Upgrade', valid, ...websocket])).toBe(403);
  });
});

describe('open WebSockets', () => {
  it('are ended when the other side is gone without a word, and not when it is silent', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const open = new OpenSockets(1000);
    server.on('connection', (socket) => open.add(socket));
    const { port } = server.address() as AddressInfo;
    const silent = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(silent, 'open');
    const dead = connectTcp(port, '127.0.0.1');
    dead.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n');
    dead.write('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
    await once(dead.resume(), 'close');
    let pings = 0;
    silent.on('ping', () => pings++);
    await until(() => pings > 3 || undefined);
    expect(silent.readyState).toBe(WebSocket.OPEN);
    open.close();
    const [code] = (await once(silent, 'close')) as [number];
    expect(code).toBe(1001);
    server.close();
  });
});

/** Every record of the audit trail. */
async function auditRecords(gateway: RealGateway): Promise<Record<string, unknown>[]> {
  const folder = join(gateway.folder, 'state', 'audit', '1');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  const lines = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return lines
    .join('')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
