import { describe, expect, it } from 'vitest';
import { bridgeClient } from './bridge-clients.ts';
import { keys, send } from './foreign-gateway.ts';
import { listed, saidGateway, saidServer } from './said.ts';

const tool = (name: string) => ({ name, inputSchema: { type: 'object' } });
const wait = { timeout: 60_000 };

describe('an added server that floods the gateway', () => {
  it('with changed lists: clients hear of it a few times, the last change included', async () => {
    await using server = await saidServer({ 'tools/list': { tools: [tool('storm')] } }, { pin: 'off' });
    await using gateway = await saidGateway(server);
    await using client = await bridgeClient('old', `${gateway.url}/mcp`, keys.ann);
    await listed(gateway);
    await server.say({ 'tools/list': { tools: [tool('storm'), tool('new')] } });
    const { body } = await send(`${gateway.url}/mcp`, keys.ann, 'tools/call', { name: 'odd__storm', arguments: {} });
    expect(body.result?.isError).not.toBe(true);
    await expect.poll(async () => (await listed(gateway)).map(({ name }) => name), wait).toEqual(['odd__storm', 'odd__new']);
    await expect.poll(() => client.seen.length, wait).toBeGreaterThan(0);
    expect(client.seen.length).toBeLessThan(50);
  });

  it('with questions: its client gets no more than 100 at once', async () => {
    await using server = await saidServer({ 'tools/list': { tools: [tool('nag')] } });
    await using gateway = await saidGateway(server);
    const { body } = await send(`${gateway.url}/mcp`, keys.ann, 'tools/call', { name: 'odd__nag', arguments: {} });
    expect(body.result?.resultType).toBe('input_required');
    expect(Object.keys(body.result?.inputRequests ?? {}).length).toBeLessThanOrEqual(100);
  });
});
