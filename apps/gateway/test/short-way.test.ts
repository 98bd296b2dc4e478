import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { loadOptions } from '@sandlot/core/config';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flattenAuth } from '../src/config/auth.ts';
import { gatewayOptions } from '../src/config/options.ts';
import { createGatewayApp } from '../src/gateway.ts';
import { listenApp } from '../src/listen.ts';
import type { GatewayEnv } from '../src/middleware/auth.ts';
import { key, sampleGateway } from './sample-gateway.ts';

const hash = (secret: string) => createHash('sha256').update(secret).digest('hex');
const weak = 'sk-weak-0123456789abcdef';
const slow = 'sk-slow-0123456789abcdef';
const keys = [
  { id: 'weak', hash: hash(weak), scopes: ['nothing:read'] },
  { id: 'slow', hash: hash(slow), scopes: ['*'], limits: { ratePerSecond: 0.001, burst: 4 } },
];

type Headers = Record<string, string | undefined>;
interface Sent {
  readonly path?: string;
  readonly headers?: Headers;
  /** Lines that come besides. */
  readonly lines?: readonly string[];
  readonly body: string;
}
interface Answered {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: unknown;
}

/** One app on two ports: with the short way, and without. */
async function bothWays(failuresPerMinute = 0) {
  const base = await sampleGateway();
  const { values } = loadOptions(gatewayOptions, {
    env: {},
    file: flattenAuth({
      port: 0,
      workspace: base.gateway.workspace,
      stateDir: base.gateway.workspace,
      apiKey: key,
      logLevel: 'error',
      requestBytes: 10_000,
      auth: { keys, limits: { failuresPerMinute } },
    }),
  });
  const { app, shortWay, close } = await createGatewayApp(base.gateway, values);
  let reached = 0;
  const counted = new Hono<GatewayEnv>().all('*', (c) => (reached++, app.fetch(c.req.raw, c.env)));
  const short = await listenApp(counted, values, shortWay);
  const long = await listenApp(app, values);
  return {
    short: (sent: Sent) => send(short.port, sent),
    long: (sent: Sent) => send(long.port, sent),
    /** How often the app was asked on the port with the short way. */
    reached: () => reached,
    async [Symbol.asyncDispose]() {
      await close();
      await short.close();
      await long.close();
      await base[Symbol.asyncDispose]();
    },
  };
}

async function send(port: number, { path = '/mcp', headers = {}, lines = [], body }: Sent): Promise<Answered> {
  const all: Headers = {
    host: `127.0.0.1:${port}`,
    authorization: `Bearer ${key}`,
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...headers,
  };
  const head = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.write([`POST ${path} HTTP/1.1`, ...head, ...lines, '', body].join('\r\n'));
  let received = '';
  // The SDK keeps connections open, whatever a client asks for.
  for await (const chunk of socket.setEncoding('utf8')) if ((received += String(chunk)).endsWith('\r\n0\r\n\r\n')) break;
  const [top = '', ...rest] = received.split('\r\n\r\n');
  const [status = '', ...answered] = top.split('\r\n');
  const raw = rest.join('\r\n\r\n');
  const json = raw.slice(raw.indexOf('{'), raw.lastIndexOf('}') + 1);
  return {
    status: Number(status.split(' ')[1]),
    headers: answered.filter((line) => !/^date:/i.test(line)).map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase())),
    body: json === '' ? raw : JSON.parse(json),
  };
}

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'sample_greet' };
const message = (params: object = {}, rest: object = {}) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: 'sample_greet', arguments: { name: 'Ada' }, _meta: envelope, ...params },
    ...rest,
  });
const call: Sent = { headers: modern, body: message() };
const calling = (headers: Headers, body = message()): Sent => ({ headers: { ...modern, ...headers }, body });

describe('the short way of calls', () => {
  let gateway: Awaited<ReturnType<typeof bothWays>>;
  beforeAll(async () => {
    gateway = await bothWays();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  async function openSession(): Promise<string> {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } };
    const { headers } = await gateway.short({ body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }) });
    const session = headers.find((line) => line.startsWith('mcp-session-id:'))?.split(': ')[1] ?? '';
    await gateway.short({ headers: { 'mcp-session-id': session }, body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' });
    return session;
  }

  it('answers a call of either era without the app, as the app does', async () => {
    const session = await openSession();
    const old: Sent = { headers: { 'mcp-session-id': session }, body: message({ _meta: undefined }) };
    for (const sent of [call, { ...call, path: '/mcp/sample' }, old]) {
      const before = gateway.reached();
      const answered = await gateway.short(sent);
      expect(gateway.reached()).toBe(before);
      expect(answered).toMatchObject({ status: 200, body: { id: 7, result: { content: [{ type: 'text' }] } } });
      const { status, body } = await gateway.long(sent);
      expect({ status, body }).toEqual({ status: answered.status, body: answered.body });
    }
  });

  const refused: Record<string, Sent> = {
    'no key': calling({ authorization: undefined }),
    'a wrong key': calling({ authorization: 'Bearer wrong-0123456789abcdef' }),
    'two keys, of which the first is good': { ...call, lines: ['Authorization: Bearer wrong-0123456789abcdef'] },
    'two keys, of which the second is good': { ...calling({ authorization: 'Bearer wrong' }), lines: [`Authorization: Bearer ${key}`] },
    'a foreign host': calling({ host: 'evil.example' }),
    'a host of a preview': calling({ host: '1-localhost' }),
    'a foreign origin': calling({ origin: 'http://evil.example' }),
    'two origins': { ...calling({ origin: 'http://127.0.0.1' }), lines: ['Origin: http://evil.example'] },
    'a form': calling({ 'content-type': 'text/plain' }),
    'another charset': calling({ 'content-type': 'application/json; charset=utf-16' }),
    'a body that is encoded': calling({ 'content-encoding': 'gzip' }),
    'no content type': calling({ 'content-type': undefined }),
    'a body over the limit': calling({}, message({ arguments: { name: 'x'.repeat(11_000) } })),
    'a body that is no JSON': calling({}, '{"jsonrpc":'),
    'a key that stands twice': calling({}, message().replace('"id":7', '"id":7,"id":8')),
    'a key that makes prototypes': calling({}, message().replace('"name":"Ada"', '"__proto__":"Ada"')),
    'a body of 101 levels': calling({}, `${'['.repeat(101)}${']'.repeat(101)}`),
    'a scope that is missing': calling({ authorization: `Bearer ${weak}` }),
    'a server that is not there': { ...call, path: '/mcp/nobody' },
    'a profile that is not there': { ...call, path: '/mcp/p/nobody' },
    'a path below': { ...call, path: '/mcp/sample/more' },
    'a session that is not there': { headers: { 'mcp-session-id': 'nobody' }, body: message({ _meta: undefined }) },
    'a name that is not that of the header': calling({ 'mcp-name': 'sample_other' }),
    'a method that is not that of the header': calling({}, message({}, { method: 'tools/list' })),
    'no envelope': calling({}, message({ _meta: undefined })),
    'a version that is not that of the header': calling({ 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': 'nobody' }),
    'several messages': calling({}, `[${message()}]`),
    'an id that is none': calling({}, message({}, { id: null })),
  };
  for (const [what, sent] of Object.entries(refused)) {
    it(`refuses ${what} as the app does`, async () => {
      const short = await gateway.short(sent);
      expect(short.status).toBeGreaterThanOrEqual(400);
      expect(short).toEqual(await gateway.long(sent));
    });
  }

  it('answers inside the protocol as the app does', async () => {
    for (const params of [{ name: 'nobody' }, { arguments: {} }, { arguments: { name: 1 } }, { arguments: [1] }]) {
      const sent = calling({ 'mcp-name': 'name' in params ? params.name : 'sample_greet' }, message(params));
      const [short, long] = [await gateway.short(sent), await gateway.long(sent)];
      expect({ status: short.status, body: short.body }).toEqual({ status: long.status, body: long.body });
    }
  });

  it('counts what it hands over once', async () => {
    const sent: Sent = calling({ authorization: `Bearer ${slow}` }, message({}, { method: 'tools/list' }));
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) statuses.push((await gateway.short(sent)).status);
    expect(statuses.slice(0, 4)).not.toContain(429);
    expect(statuses.slice(4)).toEqual([429, 429]);
    const refusal = await gateway.short(sent);
    expect(refusal.headers.some((line) => line.startsWith('retry-after:'))).toBe(true);
  });

  it('counts a wrong key once', async () => {
    await using strict = await bothWays(3);
    const statuses: number[] = [];
    for (let n = 0; n < 5; n++) statuses.push((await strict.short(calling({ authorization: 'Bearer wrong' }))).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
  });

  it('leaves a session to its principal', async () => {
    const session = await openSession();
    const sent: Sent = {
      headers: { 'mcp-session-id': session, authorization: `Bearer ${slow}` },
      body: message({ _meta: undefined }),
    };
    expect((await gateway.short(sent)).status).toBeGreaterThanOrEqual(400);
  });
});
