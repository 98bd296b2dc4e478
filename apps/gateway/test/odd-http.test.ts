import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeClient } from './bridge-clients.ts';
import { type ForeignGateway, foreignGateway, keys, type Reply, send } from './foreign-gateway.ts';
import { type OddHttpServer, oddHttpServer } from './odd-http-server.ts';

const call = async (gateway: ForeignGateway, name: string, key = keys.ann) =>
  (await send(`${gateway.url}/mcp`, key, 'tools/call', { name, arguments: {} })).body;
const textOf = ({ result, error }: Reply) => JSON.stringify(result?.content ?? error);
const wait = { timeout: 60_000 };
const codeOf = ({ result }: Reply) => result?._meta?.['sandlot.dev/error'];

describe('an added server over HTTP that misbehaves', () => {
  let server: OddHttpServer;
  let gateway: ForeignGateway;
  beforeAll(async () => {
    server = await oddHttpServer();
    gateway = await foreignGateway({ odd: { url: server.url, timeout: 30_000 }, short: { url: server.url, timeout: 1500 } });
    await call(gateway, 'odd__ok');
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it.each([
    ['short__hang', { code: 'DEADLINE_EXCEEDED', message: 'The server "short" did not answer within 1500 ms.' }],
    ['odd__garbage', { code: 'UNAVAILABLE', message: expect.stringContaining('answered with what is not MCP') }],
    ['odd__garbage_stream', { code: 'UNAVAILABLE', message: expect.stringContaining('ended its answer before it was complete') }],
    ['odd__flood', { code: 'PAYLOAD_TOO_LARGE', message: 'The server "odd" sent too much: A message has over 16777216 bytes.' }],
    ['odd__flood_stream', { code: 'PAYLOAD_TOO_LARGE', message: 'The server "odd" sent too much: A message has over 16777216 bytes.' }],
    ['odd__die', { code: 'UNAVAILABLE', message: expect.stringContaining('The server "odd" could not be reached: ') }],
    ['odd__die_stream', { code: 'UNAVAILABLE', message: expect.stringContaining('ended its answer before it was complete') }],
    ['odd__fail', { code: 'UNAVAILABLE', message: expect.stringMatching(/^The server "odd" answered 500: .*no licence found/) }],
  ])('%s: that caller hears why, and a call of another client that is in flight goes on', async (name, error) => {
    const [prefix] = name.split('__');
    const other = call(gateway, `${prefix}__wait`, keys.bob);
    await expect.poll(() => server.asked.at(-1), wait).toBe('tools/call wait');
    const failed = await call(gateway, name);
    expect(codeOf(failed), textOf(failed)).toMatchObject(error);
    await call(gateway, `${prefix}__release`);
    expect(textOf(await other)).toContain(prefix === 'short' ? 'did not answer' : 'odd wait');
    expect(gateway.gateway.registry.get(prefix ?? '')?.health()).toMatchObject({ state: 'running', restarts: 0 });
  });
});

describe('an added server over HTTP that is started again', () => {
  it('is called in a new session, with its subscriptions, its log level and its new tools', async () => {
    await using server = await oddHttpServer();
    await using gateway = await foreignGateway({ odd: { url: server.url } });
    await using client = await bridgeClient('old', `${gateway.url}/mcp`, keys.ann);
    await client.listen('odd://a');
    expect(await client.call('odd__ok')).toBe('odd ok');
    const once = ['initialize', 'logging/setLevel debug', 'resources/subscribe odd://a'];
    expect(server.asked).toEqual(expect.arrayContaining(once));
    server.asked.length = 0;
    server.add('late');
    await server.restart();
    expect(await client.call('odd__ok'), 'the call is not lost').toBe('odd ok');
    await expect.poll(() => server.asked, wait).toEqual(expect.arrayContaining(once));
    await expect.poll(() => client.seen, wait).toEqual(expect.arrayContaining(['updated odd://a']));
    client.seen.length = 0;
    await expect
      .poll(() => {
        server.touch('odd://a');
        return client.seen;
      }, wait)
      .toContain('updated odd://a');
    await expect.poll(() => gateway.gateway.registry.get('odd')?.health(), wait).toMatchObject({ waiting: [{ tool: 'late', why: 'new' }] });
  });

  it('is connected again for whoever listens, without a call; meanwhile its tools stay', async () => {
    await using server = await oddHttpServer();
    await using gateway = await foreignGateway({ odd: { url: server.url, pin: 'off' } });
    await using client = await bridgeClient('new', `${gateway.url}/mcp`, keys.ann);
    await client.listen('odd://a');
    server.asked.length = 0;
    server.add('late');
    await server.restart();
    await expect.poll(() => server.asked, wait).toContain('resources/subscribe odd://a');
    await expect.poll(() => client.seen, wait).toEqual(expect.arrayContaining(['tools changed', 'updated odd://a']));
    expect(await client.call('odd__late')).toBe('odd late');
  });

  it('is degraded while it is away: its tools are listed, and calls say why', async () => {
    const server = await oddHttpServer();
    await using gateway = await foreignGateway({ odd: { url: server.url } });
    expect(textOf(await call(gateway, 'odd__ok'))).toContain('odd ok');
    await server[Symbol.asyncDispose]();
    expect(codeOf(await call(gateway, 'odd__ok'))).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') });
    const { body } = await send(`${gateway.url}/mcp`, keys.ann, 'tools/list', {});
    expect(body.result?.tools?.map(({ name }) => name)).toContain('odd__ok');
    expect(gateway.gateway.registry.get('odd')?.health()).toMatchObject({
      state: 'degraded',
      error: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
