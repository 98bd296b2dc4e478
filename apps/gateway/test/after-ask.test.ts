import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { listProc, readProc } from '@sandlot/core/processes';
import { describe, expect, it } from 'vitest';
import { type ForeignGateway, foreignGateway, keys, type Reply, send } from './foreign-gateway.ts';

const oddServer = fileURLToPath(new URL('odd-server.ts', import.meta.url));
const wait = { timeout: 60_000 };
const call = async ({ url }: ForeignGateway, name: string, key: string, more: Record<string, unknown> = {}) =>
  (await send(`${url}/mcp`, key, 'tools/call', { name: `odd__${name}`, arguments: {}, ...more })).body;
const pidOf = ({ result, error }: Reply) => Number(/\d+/.exec(JSON.stringify(result?.content ?? error))?.[0]);

describe.skipIf(process.platform !== 'linux')('an old server that has asked a client', () => {
  it('has a process ready for the next caller, which is his from then on', async () => {
    const mark = randomUUID();
    const pids = () => listProc().filter((pid) => readProc(`/proc/${pid}/environ`).includes(mark));
    const entry = { command: process.execPath, args: [oddServer, ''], env: { MARK: mark }, protocol: 'legacy' };
    await using gateway = await foreignGateway({ odd: entry });
    const first = pidOf(await call(gateway, 'ok', keys.ann));
    expect(pids()).toEqual([first]);
    const asked = await call(gateway, 'ask', keys.ann);
    expect(asked.result?.resultType).toBe('input_required');
    await expect.poll(pids, wait).toHaveLength(2);
    const [ready] = pids().filter((pid) => pid !== first);
    expect(pidOf(await call(gateway, 'ok', keys.bob))).toBe(ready);
    expect(pidOf(await call(gateway, 'ok', keys.bob))).toBe(ready);
    await expect.poll(pids, wait).toHaveLength(3);
    const inputResponses = Object.fromEntries(Object.keys(asked.result?.inputRequests ?? {}).map((key) => [key, { action: 'decline' }]));
    const done = await call(gateway, 'ask', keys.ann, { inputResponses, requestState: asked.result?.requestState });
    expect(JSON.stringify(done), 'where it was asked').toContain('answered');
    expect([first, ready]).not.toContain(pidOf(await call(gateway, 'ok', keys.ann)));
  });
});
