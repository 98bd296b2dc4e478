import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { otlpSink, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { bridgeClient } from './bridge-clients.ts';
import { newClient, oldClient } from './clients.ts';
import { foreignGateway, keys } from './foreign-gateway.ts';

const server = (name: string, rest: object = {}) => ({
  command: process.execPath,
  args: [fileURLToPath(new URL(`${name}-server.ts`, import.meta.url))],
  protocol: 'legacy',
  ...rest,
});
const profiles = { found: { mode: 'search' }, narrow: { mode: 'search', deny: ['*_item'] } };
const meta = ['tools_search', 'tools_describe', 'tools_call'];
const textOf = (result: unknown) => JSON.stringify(result);

describe('a profile in search mode', () => {
  for (const [era, connect] of [['2026-07-28', newClient] as const, ['SDK v1', oldClient] as const]) {
    it(`lists three tools and those with a user interface; the rest is found, described and called (${era})`, async () => {
      await using gateway = await foreignGateway({ a: server('shop') }, { profiles });
      const client = await connect(`${gateway.url}/mcp/p/found`, keys.ann);
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([...meta, 'a__show_cart', 'a__cart_data']);
      expect(client.getInstructions()).toContain('tools_search');

      const found = textOf(await client.callTool({ name: 'tools_search', arguments: { query: 'placing orders', limit: 1 } }));
      expect(found).toContain('a__buy_item(id)\\nPlaces an order');
      const described = textOf(await client.callTool({ name: 'tools_describe', arguments: { names: ['a__buy_item', 'a__find_item'] } }));
      expect(described).toContain('Looks up articles in the catalogue');
      const call = { name: 'tools_call', arguments: { name: 'a__buy_item', arguments: { id: '7' } } };
      expect(textOf(await client.callTool(call))).toContain('buy_item was called');
      expect(textOf(await client.callTool({ name: 'a__show_cart', arguments: {} })), 'apps call by name').toContain('show_cart was called');
      await client.close();
    });
  }

  it('finds by name, description and parameters, forgives a typo, and says when there is nothing', async () => {
    await using gateway = await foreignGateway({ a: server('shop') }, { profiles });
    await using client = await bridgeClient('new', `${gateway.url}/mcp/p/found`, keys.ann);
    const first = async (query: string) => (await client.call('tools_search', { query })).split('(')[0];
    expect(await first('find item')).toBe('a__find_item');
    expect(await first('catalog')).toBe('a__find_item');
    expect(await first('blocks')).toBe('a__dump');
    expect(await first('catalogeu')).toBe('a__find_item');
    expect(await first('zeppelin')).toBe('No tool fits "zeppelin". Try other words for what it should do.');
    expect(await client.call('tools_search', { query: 'cart data' }), 'for apps only').not.toContain('cart_data');
  });

  it('says what is wrong with a call', async () => {
    await using gateway = await foreignGateway({ a: server('shop') }, { profiles });
    await using client = await bridgeClient('new', `${gateway.url}/mcp/p/narrow`, keys.ann);
    expect(await client.call('tools_search', { quary: 'x' })).toContain('quary');
    expect(await client.call('tools_describe', { names: ['a__buy_item'] })).toContain('There is no tool "a__buy_item"');
    expect(await client.call('tools_call', { tool: 'a__dump' })).toContain('"tool"');
    expect(await client.call('tools_call', { name: 'tools_call' })).toContain('tools_call does not call itself');
    await expect(client.call('tools_call', { name: 'a__buy_item' })).rejects.toThrow(
      'Unknown tool: "a__buy_item". Call tools_search to see what there is.',
    );
  });

  it('finds, describes and calls only what the key may call', async () => {
    await using gateway = await foreignGateway({ a: server('shop'), b: server('shop') }, { profiles, scopes: ['b:use'] });
    await using client = await bridgeClient('new', `${gateway.url}/mcp/p/found`, keys.cat);
    const found = await client.call('tools_search', { query: 'item cart report dump', limit: 20 });
    expect(found).toContain('b__buy_item');
    expect(found).not.toContain('a__');
    expect(await client.call('tools_describe', { names: ['a__buy_item'] })).toContain('There is no tool "a__buy_item"');
    await expect(client.call('tools_call', { name: 'a__buy_item', arguments: { id: '1' } })).rejects.toThrow('a:use');
    expect(await client.call('tools_call', { name: 'b__buy_item', arguments: { id: '1' } })).toBe('buy_item was called');
  });

  it('passes on what a tool asks its client, in both eras', async () => {
    await using gateway = await foreignGateway({ odd: server('odd') }, { profiles });
    for (const era of ['old', 'new'] as const) {
      await using client = await bridgeClient(era, `${gateway.url}/mcp/p/found`, keys.ann);
      expect(await client.call('tools_call', { name: 'odd__ask' })).toBe('answered');
      expect(client.seen).toContain('elicit');
    }
  });

  it('is served over stdio; spans and audit records name the real tool', async () => {
    await using folder = await temporaryFolder();
    await using sink = await otlpSink();
    await writeFile(join(folder.path, 'sandlot.json'), JSON.stringify({ profiles: { lean: { servers: ['file'], mode: 'search' } } }));
    const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
    const client = new OldClient({ name: 'test', version: '1.0.0' });
    const transport = new OldStdio({
      command: process.execPath,
      args: ['--conditions=@sandlot/source', bin, '--stdio', '--profile', 'lean', '--workspace', 'ws', '--state-dir', 'state'],
      cwd: folder.path,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder.path, OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
      stderr: 'ignore',
    });
    await client.connect(transport);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(meta);
    const args = { path: 'note.txt', content: 'found' };
    await client.callTool({ name: 'tools_search', arguments: { query: 'write a file' } });
    await client.callTool({ name: 'tools_call', arguments: { name: 'file_write', arguments: args } });
    await sink.waitFor((spans) => spans.some(({ name }) => name === 'tools/call file_write'));
    expect(sink.spans.find(({ name }) => name === 'tools/call file_write')?.attributes).toMatchObject({ 'gen_ai.tool.name': 'file_write' });
    await client.close();
    expect(await readFile(join(folder.path, 'ws', 'note.txt'), 'utf8')).toBe('found');
    const audit = join(folder.path, 'state', 'audit', '1');
    const lines = (
      await Promise.all((await readdir(audit)).filter((name) => name.endsWith('.jsonl')).map((name) => readFile(join(audit, name), 'utf8')))
    ).join('');
    const calls = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ tool }) => tool !== undefined);
    expect(calls.map(({ server: name, tool }) => `${String(name)} ${String(tool)}`)).toEqual(['sandlot tools_search', 'file file_write']);
    expect(calls[1]).toMatchObject({ args });
  });
});
