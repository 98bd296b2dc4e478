import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isAlive } from '@sandlot/core/processes';
import { describe, expect, it } from 'vitest';
import { bridgeClient } from './bridge-clients.ts';
import { type ForeignGateway, foreignGateway, keys, type Reply, send } from './foreign-gateway.ts';
import { rawClient } from './raw-client.ts';

const oddServer = fileURLToPath(new URL('odd-server.ts', import.meta.url));
/** An entry of `mcpServers`: the server that misbehaves, in a mode. */
const odd = (mode = '', rest: Record<string, unknown> = {}) => ({
  command: process.execPath,
  args: [oddServer, mode, ...(typeof rest['sign'] === 'string' ? [rest['sign']] : [])],
  protocol: 'legacy',
  ...Object.fromEntries(Object.entries(rest).filter(([key]) => key !== 'sign')),
});

const call = async (gateway: ForeignGateway, name: string, path = '/mcp') =>
  (await send(`${gateway.url}${path}`, keys.ann, 'tools/call', { name, arguments: {} })).body;
const list = async (gateway: ForeignGateway, path = '/mcp') =>
  (await send(`${gateway.url}${path}`, keys.ann, 'tools/list', {})).body.result?.tools ?? [];
const textOf = ({ result, error }: Reply) => JSON.stringify(result?.content ?? error);
const codeOf = ({ result }: Reply) => result?._meta?.['sandlot.dev/error'];
const healthOf = ({ gateway }: ForeignGateway, name: string) => gateway.registry.get(name)?.health();

/** Lets a call that waits go on, once it has arrived. */
async function released(gateway: ForeignGateway, server: string, waiting: ReturnType<typeof send>): Promise<string> {
  const answer = waiting.then(({ body }) => textOf(body));
  const release = async () => (await call(gateway, `${server}__release`), Promise.race([answer, delay(100, 'not yet')]));
  await expect.poll(release, { timeout: 60_000 }).not.toBe('not yet');
  return answer;
}

describe('the configuration of an added server', () => {
  it('a broken entry is reported and stops nobody, a disabled one is not there', async () => {
    await using gateway = await foreignGateway({
      good: odd(),
      off: odd('', { disabled: true }),
      empty: { command: '' },
      typo: { command: 'node', argss: [] },
      'no good id': odd(),
    });
    expect(textOf(await call(gateway, 'good__ok'))).toContain('odd ok');
    const response = await fetch(`${gateway.url}/v1/sandbox`, { headers: { authorization: `Bearer ${keys.ann}` } });
    expect(await response.json()).toMatchObject({
      data: {
        broken: [
          { id: 'empty', error: expect.stringContaining('command') },
          { id: 'typo', error: expect.stringContaining('argss') },
          { id: 'no good id', error: expect.stringContaining('no good id') },
        ],
      },
    });
    expect(gateway.gateway.views.names()).toEqual(['good']);
  });

  it('allows, denies, renames and describes its tools', async () => {
    await using gateway = await foreignGateway({
      odd: odd('', {
        allow: ['o*', 'h*', 'die'],
        deny: ['die'],
        tools: { ok: { name: 'fine', description: 'Says fine', annotations: { readOnlyHint: true } } },
      }),
    });
    expect(await list(gateway)).toEqual([
      expect.objectContaining({ name: 'odd__fine', description: 'Says fine', annotations: { readOnlyHint: true } }),
      expect.objectContaining({ name: 'odd__hang' }),
    ]);
    expect(textOf(await call(gateway, 'odd__fine'))).toContain('odd ok');
    for (const name of ['odd__ok', 'odd__die', 'odd__flood']) expect((await call(gateway, name)).error?.code, name).toBe(-32_602);
  });

  it('shortens long names the same way each time, and refuses the second of two that would be equal', async () => {
    await using gateway = await foreignGateway({ odd: odd() });
    const names = (await list(gateway)).map(({ name }) => name);
    const [long = ''] = names.filter((name) => name.startsWith('odd__long'));
    expect(long).toMatch(/^odd__long_n+_[0-9a-f]{8}$/);
    expect(long).toHaveLength(64);
    expect(textOf(await call(gateway, long))).toContain('long_nnn');
    expect(names.filter((name) => name === 'odd__x_y')).toHaveLength(1);
    expect(textOf(await call(gateway, 'odd__x_y'))).toContain('x.y');
    expect((await gateway.gateway.views.all.catalog()).collisions).toEqual([{ name: 'odd__x_y', upstream: 'odd' }]);
    expect((await list(gateway, '/mcp/odd')).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['x.y', 'x_y', `long_${'n'.repeat(80)}`]),
    );
  });

  it('starts nobody before somebody asks', async () => {
    const servers = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`server-${index}`, odd()]));
    await using gateway = await foreignGateway(servers);
    const headers = { authorization: `Bearer ${keys.ann}` };
    const response = await fetch(`${gateway.url}/v1/mcp/servers?details=true`, { headers });
    const { data } = (await response.json()) as { data: { state: string }[] };
    expect(data.map(({ state }) => state)).toEqual(Array.from({ length: 100 }, () => 'stopped'));
    expect((await list(gateway, '/mcp/server-7')).map(({ name }) => name)).toContain('ok');
    expect(Object.keys(servers).filter((id) => healthOf(gateway, id)?.state !== 'stopped')).toEqual(['server-7']);
  });

  it('is taken while the gateway runs: clients of both eras hear of it', async () => {
    await using gateway = await foreignGateway({ one: odd() });
    await using old = await bridgeClient('old', `${gateway.url}/mcp`, keys.ann);
    await using recent = await bridgeClient('new', `${gateway.url}/mcp`, keys.ann);
    await recent.listen();
    const pid = textOf(await call(gateway, 'one__ok'));
    await gateway.configure({ one: odd(), two: odd('', { sign: 'second' }) });
    await expect.poll(() => [old.seen[0], recent.seen[0]]).toEqual(['tools changed', 'tools changed']);
    expect(await old.call('two__ok')).toContain('second ok');
    expect(textOf(await call(gateway, 'one__ok')), 'what did not change is left alone').toBe(pid);
    await gateway.configure({ two: odd('', { sign: 'changed' }) });
    await expect.poll(async () => textOf(await call(gateway, 'two__ok'))).toContain('changed ok');
    expect((await list(gateway)).filter(({ name }) => name.startsWith('one__'))).toEqual([]);
  });
});

describe('an added server that misbehaves', () => {
  it('prints what is not the protocol: calls work, health shows it', async () => {
    await using gateway = await foreignGateway({ odd: odd('garbage') });
    expect(textOf(await call(gateway, 'odd__babble'))).toContain('odd babble');
    const stderr = healthOf(gateway, 'odd')?.stderr;
    expect(stderr).toEqual(['[stdout] Welcome to the server!', '[stdout] debug: not JSON']);
  });

  it('never answers a call: an error within its time, while others are served', async () => {
    await using gateway = await foreignGateway({ odd: odd('', { timeout: 4000 }) });
    await list(gateway);
    const hanging = call(gateway, 'odd__hang');
    expect(textOf(await call(gateway, 'odd__ok'))).toContain('odd ok');
    expect(codeOf(await hanging)).toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'The server "odd" did not answer within 4000 ms.' });
    expect(textOf(await call(gateway, 'odd__ok'))).toContain('odd ok');
  });

  it('is given the time that its client takes to answer an ask', async () => {
    await using gateway = await foreignGateway({ odd: odd('', { timeout: 4000 }) });
    await using client = await bridgeClient('old', `${gateway.url}/mcp`, keys.ann, 'Ada', 5000);
    expect(await client.call('odd__ask')).toBe('answered');
  });

  it('asks a client that cannot answer: the call names what it lacks', async () => {
    await using gateway = await foreignGateway({ odd: odd() });
    const _meta = { 'io.modelcontextprotocol/clientCapabilities': {} };
    const { status, body } = await send(`${gateway.url}/mcp`, keys.ann, 'tools/call', { name: 'odd__ask', arguments: {}, _meta });
    expect({ status, error: body.error }).toMatchObject({
      status: 400,
      error: { code: -32_021, data: { requiredCapabilities: { elicitation: {} } } },
    });
  });

  it('never answers at all: the others are served, and its state says so', async () => {
    await using gateway = await foreignGateway({ good: odd(), mute: odd('silent', { timeout: 300 }) });
    expect((await list(gateway)).map(({ name }) => name)).toContain('good__ok');
    await expect
      .poll(() => healthOf(gateway, 'mute'))
      .toMatchObject({ state: 'failed', error: 'The server did not answer "initialize" within 300 ms.' });
  });

  it('dies in a call: that call fails, the next one starts it anew, and calls of another server go on', async () => {
    await using gateway = await foreignGateway({ odd: odd(), good: odd() });
    await list(gateway);
    const other = send(`${gateway.url}/mcp`, keys.bob, 'tools/call', { name: 'good__wait', arguments: {} });
    expect(codeOf(await call(gateway, 'odd__die'))).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The server "odd" ended (exit code 7).',
    });
    expect(healthOf(gateway, 'odd')).toMatchObject({ state: 'degraded', error: 'The server ended (exit code 7).' });
    expect((await list(gateway)).map(({ name }) => name)).toContain('odd__ok');
    expect(textOf(await call(gateway, 'odd__ok'))).toContain('odd ok');
    expect(healthOf(gateway, 'odd')).toMatchObject({ state: 'running', restarts: 1 });
    expect(await released(gateway, 'good', other)).toContain('waited');
  });

  it.each(['big', 'big_last'])('answers with 100 MB (%s): that caller hears so, everything else goes on', async (tool) => {
    await using gateway = await foreignGateway({ odd: odd() });
    const before = textOf(await call(gateway, 'odd__ok'));
    const other = send(`${gateway.url}/mcp`, keys.bob, 'tools/call', { name: 'odd__wait', arguments: {} });
    expect(codeOf(await call(gateway, `odd__${tool}`))).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: 'The server "odd" sent too much: A message has over 16777216 bytes.',
    });
    expect(await released(gateway, 'odd', other)).toContain('waited');
    expect(textOf(await call(gateway, 'odd__ok')), 'the same process').toBe(before);
    expect(healthOf(gateway, 'odd')).toMatchObject({ state: 'running', restarts: 0 });
  });

  it('prints 100 MB without an end: that call fails, the next one starts it anew', async () => {
    await using gateway = await foreignGateway({ odd: odd() });
    await list(gateway);
    expect(codeOf(await call(gateway, 'odd__flood'))).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining('sent too much'),
    });
    expect(textOf(await call(gateway, 'odd__ok'))).toContain('odd ok');
  });

  it('does not start: calls say why, and after two attempts do not wait for a third', async () => {
    await using gateway = await foreignGateway({ odd: odd('exit') });
    const upstream = gateway.gateway.registry.get('odd');
    const attempt = () => upstream?.offer().then(String, (error: Error) => error);
    expect(await attempt()).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('exit code 3') });
    await attempt();
    expect(await attempt()).toMatchObject({ code: 'UNAVAILABLE', advice: expect.stringMatching(/^It is tried again in \d+ s\.$/) });
    expect(healthOf(gateway, 'odd')).toMatchObject({ state: 'failed', stderr: ['no licence found', 'no licence found'] });
  });
});

describe('connections to an added server', () => {
  it('are shared, or of one session, as configured', async () => {
    await using gateway = await foreignGateway({ shared: odd(), own: odd('', { isolation: 'session' }) });
    await using first = await bridgeClient('old', `${gateway.url}/mcp`, keys.ann);
    await using second = await bridgeClient('old', `${gateway.url}/mcp`, keys.ann);
    expect(await first.call('shared__ok')).toBe(await second.call('shared__ok'));
    expect(await first.call('own__ok')).toBe(await first.call('own__ok'));
    expect(await first.call('own__ok')).not.toBe(await second.call('own__ok'));
  });

  it('are no more at once than configured, and the next is told so', async () => {
    await using gateway = await foreignGateway({ odd: odd('', { isolation: 'principal', connections: 2 }) });
    // One is the gateway's own, for the lists.
    expect(textOf(await call(gateway, 'odd__ok'))).toMatch(/\d/);
    const refused = await send(`${gateway.url}/mcp`, keys.bob, 'tools/call', { name: 'odd__ok', arguments: {} });
    expect(codeOf(refused.body)).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    expect(textOf(refused.body)).toContain('has 2 connections already, the most it may have.');
    expect(textOf(await call(gateway, 'odd__ok'))).toMatch(/\d/);
  });

  it('are closed when idle and opened again, which is no restart', async () => {
    await using gateway = await foreignGateway({ odd: odd('', { idle: 50 }) });
    const before = textOf(await call(gateway, 'odd__ok'));
    await expect.poll(() => healthOf(gateway, 'odd')?.state).toBe('stopped');
    expect(textOf(await call(gateway, 'odd__ok'))).not.toBe(before);
    expect(healthOf(gateway, 'odd')?.restarts).toBe(0);
  });

  it('of a session end with it, and a session lasts as long as its calls', async () => {
    const sessionIdleMs = 2000;
    await using gateway = await foreignGateway({ odd: odd('', { isolation: 'session' }) }, { options: { sessionIdleMs } });
    const client = await rawClient('old', `${gateway.url}/mcp`, keys.ann);
    let text: unknown;
    const waiting = client.call(1, 'odd__wait', {}).then((answer) => (text = answer.text));
    const later = Date.now() + 2 * sessionIdleMs;
    await expect.poll(() => Date.now(), { timeout: 60_000 }).toBeGreaterThan(later);
    let id = 2;
    await expect.poll(async () => (await client.call(id++, 'odd__release', {}), text), { timeout: 60_000 }).toMatch(/^waited \d+$/);
    await waiting;
    const pid = Number(/\d+/.exec(String(text))?.[0]);
    await client.end();
    await expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false);
    expect(healthOf(gateway, 'odd')?.restarts).toBe(0);
  });

  it('of one caller are so many sessions at once, and another still gets in', async () => {
    await using gateway = await foreignGateway({ odd: odd() }, { options: { sessionsPerCaller: 2 } });
    const open = (key: string) => rawClient('old', `${gateway.url}/mcp`, key);
    const [first] = [await open(keys.ann), await open(keys.ann)];
    await expect(open(keys.ann)).rejects.toThrow(/^429: .*This caller has 2 MCP sessions already/);
    await (await open(keys.bob)).end();
    await first.end();
    await (await open(keys.ann)).end();
  });

  it('end with the gateway', async () => {
    const gateway = await foreignGateway({ odd: odd() });
    const pid = Number(/\d+/.exec(textOf(await call(gateway, 'odd__ok')))?.[0]);
    process.kill(pid, 0);
    await gateway[Symbol.asyncDispose]();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});
