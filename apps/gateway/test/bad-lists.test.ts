import { describe, expect, it } from 'vitest';
import { keys, send } from './foreign-gateway.ts';
import { listed, rest, saidGateway, saidServer } from './said.ts';

const good = { name: 'good', description: 'A good tool', inputSchema: { type: 'object' } };
const named = (name: unknown) => ({ ...good, name });
const stateOf = async (gateway: Awaited<ReturnType<typeof saidGateway>>) => {
  const [status, sandbox] = [await rest(gateway, '/v1/mcp/servers?details=true'), await rest(gateway, '/v1/sandbox')];
  const one = (status.data as { id: string; state: string; problems?: string[]; error?: string }[]).find(({ id }) => id === 'odd');
  const other = (sandbox.data as { servers: Record<string, typeof one> }).servers['odd'];
  expect({ problems: other?.problems, error: other?.error, state: other?.state }, 'both say the same').toEqual({
    problems: one?.problems,
    error: one?.error,
    state: one?.state,
  });
  return one;
};

describe('a list of an added server', () => {
  it.each<[string, unknown, string]>([
    ['an entry that is no object', ['good', 5], 'entry 2 is "good"; it is left out.'],
    ['an entry without a name', [{ inputSchema: {} }], 'entry 2 has nothing as its "name"; it is left out.'],
    ['an empty name', [named('')], 'entry 2 has "" as its "name"; it is left out.'],
    ['a name that is a number', [named(5)], 'entry 2 has 5 as its "name"; it is left out.'],
    ['a name with invisible characters', [named('go\u200Bod')], 'has invisible characters in its "name"; it is left out.'],
    ['a name that is there twice', [{ ...good, description: 'other' }], '"good" is there twice; the second is left out.'],
    ['a tool without a schema', [{ name: 'bad' }], '"bad" has nothing as its "inputSchema", not an object; it is left out.'],
    [
      'a schema that is text',
      [{ ...named('bad'), inputSchema: 'x' }],
      '"bad" has "x" as its "inputSchema", not an object; it is left out.',
    ],
    [
      'a description that is a number',
      [{ ...named('bad'), description: 5 }],
      '"bad" has 5 as its "description", not text; it is left out.',
    ],
  ])('with %s: the rest is served, and the state says why', async (_what, more, problem) => {
    await using server = await saidServer({ 'tools/list': { tools: [good, ...(more as unknown[])] } });
    await using gateway = await saidGateway(server);
    expect(await listed(gateway)).toEqual([{ ...good, name: 'odd__good' }]);
    expect((await send(`${gateway.url}/mcp`, keys.ann, 'tools/call', { name: 'odd__good', arguments: {} })).body.result).toBeDefined();
    expect(await stateOf(gateway)).toMatchObject({
      state: 'degraded',
      problems: expect.arrayContaining(
        [`tools/list: ${problem}`].map((text) => expect.stringContaining(text.slice('tools/list: '.length))),
      ),
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'the same cursor again',
      { 'tools/list': { tools: [good], nextCursor: 'more' } },
      'it gives the cursor "more" again: the list has no end.',
    ],
    ['no end', { 'tools/list': { tools: [good] }, endless: 'tools/list' }, 'it goes on after 100 pages'],
    ['a cursor that is a number', { 'tools/list': { tools: [good], nextCursor: 5 } }, 'its "nextCursor" is 5, which is not text.'],
  ])('with %s is cut off there', async (_what, said, problem) => {
    await using server = await saidServer(said);
    await using gateway = await saidGateway(server);
    expect(await listed(gateway)).toEqual([{ ...good, name: 'odd__good' }]);
    expect((await stateOf(gateway))?.problems?.[0]).toContain(problem);
  });

  it('of tools that is no list: the server has failed, and says why; once it was good, that stays', async () => {
    await using server = await saidServer({ 'tools/list': { tools: 'none' } });
    await using gateway = await saidGateway(server);
    expect(await listed(gateway)).toEqual([]);
    expect(await stateOf(gateway)).toMatchObject({
      state: 'failed',
      error: 'tools/list answered with "none" in "tools", which is not a list.',
    });
    await server.say({ 'tools/list': { tools: [good] } });
    await expect.poll(() => listed(gateway), { timeout: 60_000 }).toHaveLength(1);
    await server.say({ 'tools/list': { tools: { good } } });
    await gateway.gateway.registry.added('odd')?.reload();
    expect(await listed(gateway)).toHaveLength(1);
    expect(await stateOf(gateway)).toMatchObject({ state: 'degraded', error: expect.stringContaining('which is not a list') });
  });

  it('of prompts or resources that is none costs the tools nothing', async () => {
    const capabilities = { tools: {}, prompts: {}, resources: {} };
    const lists = {
      'tools/list': { tools: [good] },
      'prompts/list': { prompts: 5 },
      'resources/list': { resources: [{ uri: 'x:a', name: 'a' }, { uri: 7 }] },
    };
    await using server = await saidServer({ capabilities, ...lists });
    await using gateway = await saidGateway(server);
    expect(await listed(gateway)).toHaveLength(1);
    expect(await listed(gateway, 'resources/list')).toEqual([{ uri: 'x:a', name: 'a' }]);
    expect((await stateOf(gateway))?.problems).toEqual([
      'prompts/list answered with 5 in "prompts", which is not a list.',
      'resources/list: entry 2 has 7 as its "uri"; it is left out.',
    ]);
  });

  it('says at most 20 things that are wrong', async () => {
    await using server = await saidServer({ 'tools/list': { tools: [good, ...Array.from({ length: 500 }, () => 5)] } });
    await using gateway = await saidGateway(server);
    await listed(gateway);
    expect((await stateOf(gateway))?.problems).toHaveLength(21);
    expect((await stateOf(gateway))?.problems?.at(-1)).toBe('… and 480 more.');
  });
});

describe('a name that the configuration gives', () => {
  it('gives way to the tool that has it, at the server', async () => {
    await using server = await saidServer({ 'tools/list': { tools: [good, named('other')] } }, { tools: { other: { name: 'good' } } });
    await using gateway = await saidGateway(server);
    expect(await listed(gateway)).toEqual([{ ...good, name: 'odd__good' }]);
    const { body } = await send(`${gateway.url}/mcp`, keys.ann, 'tools/call', { name: 'odd__good', arguments: {} });
    expect(body.result?.content).toMatchObject([{ text: 'called good' }]);
    expect((await stateOf(gateway))?.problems).toEqual([
      '"other" is left out: the configuration calls it "good", and there is a tool of that name.',
    ]);
  });

  it('gives way in a profile, too, and the state of the sandbox says so', async () => {
    await using server = await saidServer({ 'tools/list': { tools: [named('first'), named('second'), named('third')] } });
    const tools = { odd__first: { name: 'odd__second' }, odd__third: { name: 'fine' } };
    await using gateway = await saidGateway(server, { profiles: { clerk: { tools } } });
    expect((await listed(gateway, 'tools/list', '/mcp/p/clerk')).map(({ name }) => name)).toEqual(['odd__second', 'fine']);
    const { body } = await send(`${gateway.url}/mcp/p/clerk`, keys.ann, 'tools/call', { name: 'odd__second', arguments: {} });
    expect(body.result?.content).toMatchObject([{ text: 'called second' }]);
    expect((await rest(gateway, '/v1/sandbox')).data).toMatchObject({
      profiles: { clerk: { collisions: [{ name: 'odd__second', tool: 'odd__first', upstream: 'odd' }] } },
    });
  });
});
