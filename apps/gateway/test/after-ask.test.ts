import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ForeignGateway, foreignGateway, keys, type Reply, send } from './foreign-gateway.ts';

const oddServer = fileURLToPath(new URL('odd-server.ts', import.meta.url));
const wait = { timeout: 60_000 };
const call = async ({ url }: ForeignGateway, name: string, key: string, more: Record<string, unknown> = {}) =>
  (await send(`${url}/mcp`, key, 'tools/call', { name: `odd__${name}`, arguments: {}, ...more })).body;
const pidOf = ({ result, error }: Reply) => Number(/\d+/.exec(JSON.stringify(result?.content ?? error))?.[0]);

describe('an old server that asks clients', () => {
  it('serves the next caller at once where it is idle, and in a process of his own where it is not', async () => {
    await using gateway = await foreignGateway({ odd: { command: process.execPath, args: [oddServer, ''], protocol: 'legacy' } });
    const first = pidOf(await call(gateway, 'ok', keys.ann));
    const asked = await call(gateway, 'ask', keys.ann);
    expect(asked.result?.resultType).toBe('input_required');
    const apart = pidOf(await call(gateway, 'ok', keys.bob));
    expect(apart, 'the call of ann is still open there').not.toBe(first);
    const inputResponses = Object.fromEntries(Object.keys(asked.result?.inputRequests ?? {}).map((key) => [key, { action: 'decline' }]));
    const done = await call(gateway, 'ask', keys.ann, { inputResponses, requestState: asked.result?.requestState });
    expect(JSON.stringify(done)).toContain('answered');
    expect(pidOf(await call(gateway, 'ok', keys.ann)), 'nobody else is there').toBe(first);
    expect(pidOf(await call(gateway, 'ok', keys.bob)), 'he keeps what he has').toBe(apart);
    await expect.poll(() => gateway.gateway.registry.get('odd')?.health().state, wait).toBe('running');
  });
});
