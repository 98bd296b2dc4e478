import { kill } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { newClient, oldClient } from './clients.ts';
import { key, pidOf, sampleGateway } from './sample-gateway.ts';

describe('/mcp', () => {
  it('lists the tools of all servers without starting one', async () => {
    await using gateway = await sampleGateway();
    const client = await newClient(`${gateway.url}/mcp`, key);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['sample_greet', 'sample_wait', 'sample_fail']);
    expect(tools[0]?.annotations).toEqual({ readOnlyHint: true, openWorldHint: false });
    expect(pidOf(gateway)).toBeUndefined();
    await client.close();
  });

  for (const [era, connect] of [['2026-07-28', newClient] as const, ['SDK v1', oldClient] as const]) {
    it(`calls a tool in a process of its own (${era})`, async () => {
      await using gateway = await sampleGateway();
      for (const path of ['/mcp', '/mcp/sample']) {
        const client = await connect(`${gateway.url}${path}`, key);
        const result = await client.callTool({ name: 'sample_greet', arguments: { name: 'Ada' } });
        expect(result).toMatchObject({ content: [{ type: 'text', text: 'Hello, Ada!' }], structuredContent: { length: 11 } });
        await client.close();
      }
      expect(pidOf(gateway)).toBeGreaterThan(0);
      expect(pidOf(gateway)).not.toBe(process.pid);
    });

    it(`passes progress through under the caller's token (${era})`, async () => {
      await using gateway = await sampleGateway();
      const client = await connect(`${gateway.url}/mcp`, key);
      const seen: unknown[] = [];
      const call = { method: 'tools/call' as const, params: { name: 'sample_wait', arguments: { ms: 50 } } };
      if (era === 'SDK v1')
        await (client as Awaited<ReturnType<typeof oldClient>>).callTool(call.params, undefined, {
          onprogress: (progress) => seen.push(progress),
        });
      else await (client as Awaited<ReturnType<typeof newClient>>).callTool(call.params, { onprogress: (progress) => seen.push(progress) });
      expect(seen).toEqual([{ progress: 1, total: 2, message: 'half way' }]);
      await client.close();
    });
  }

  it('answers 32 callers at once, each its own answer', async () => {
    await using gateway = await sampleGateway();
    const clients = await Promise.all(Array.from({ length: 32 }, () => newClient(`${gateway.url}/mcp`, key)));
    const answers = await Promise.all(
      clients.map((client, n) => client.callTool({ name: 'sample_greet', arguments: { name: `caller ${n}` } })),
    );
    expect(answers.map(({ content }) => content[0])).toEqual(clients.map((_, n) => ({ type: 'text', text: `Hello, caller ${n}!` })));
    await Promise.all(clients.map((client) => client.close()));
  });

  it('cancels the call in the server when the caller does', async () => {
    await using gateway = await sampleGateway();
    const client = await newClient(`${gateway.url}/mcp`, key);
    const controller = new AbortController();
    await expect(
      client.callTool(
        { name: 'sample_wait', arguments: { ms: 3_600_000 } },
        { signal: controller.signal, onprogress: () => controller.abort() },
      ),
    ).rejects.toThrow();
    await expect
      .poll(() =>
        gateway.gateway.registry.get('sample')?.request({
          method: 'sandlot.dev/busy',
          params: {},
          caller: {
            principal: 'test',
            allows: () => true,
            era: 'modern',
            envelope,
            signal: AbortSignal.timeout(5000),
            notify: () => undefined,
          },
        }),
      )
      .toMatchObject({ busy: false });
    await client.close();
  });

  it('answers an unknown tool and arguments that do not fit, each with its own error', async () => {
    await using gateway = await sampleGateway();
    const client = await newClient(`${gateway.url}/mcp`, key);
    await expect(client.callTool({ name: 'sample_nothing', arguments: {} })).rejects.toThrow('Unknown tool: "sample_nothing"');
    const result = await client.callTool({ name: 'sample_greet', arguments: { nam: 'Ada' } });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain('nam');
    await client.close();
  });
});

describe('a server that dies', () => {
  it('fails the call at once, long before its limit, with a clear error, and the next call works', async () => {
    await using gateway = await sampleGateway();
    const client = await newClient(`${gateway.url}/mcp`, key);
    let killedAt = 0;
    const result = await client.callTool(
      { name: 'sample_wait', arguments: { ms: 3_600_000 } },
      {
        onprogress: () => {
          killedAt = performance.now();
          kill(pidOf(gateway));
        },
      },
    );
    expect(performance.now() - killedAt).toBeLessThan(30_000);
    expect(result).toMatchObject({ isError: true, _meta: { 'sandlot.dev/error': { code: 'UNAVAILABLE', retryable: true } } });
    expect(JSON.stringify(result.content)).toMatch(/sample server ended during the call \(SIGKILL\)/);
    expect(await client.callTool({ name: 'sample_greet', arguments: { name: 'Ada' } })).toMatchObject({
      structuredContent: { length: 11 },
    });
    expect(gateway.gateway.registry.get('sample')?.health()).toMatchObject({ state: 'running', restarts: 1 });
    await client.close();
  });

  it('is stopped when idle, not while it works, and starts again', async () => {
    await using gateway = await sampleGateway({ idleMs: 50 });
    const client = await newClient(`${gateway.url}/mcp`, key);
    await client.callTool({ name: 'sample_greet', arguments: { name: 'Ada' } });
    await expect.poll(() => gateway.gateway.registry.get('sample')?.health()).toEqual({ state: 'stopped', restarts: 0 });
    expect(await client.callTool({ name: 'sample_wait', arguments: { ms: 300 } })).toMatchObject({
      structuredContent: { principal: 'key' },
    });
    await client.close();
  });
});

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
