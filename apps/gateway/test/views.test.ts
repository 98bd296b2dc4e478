import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfigFile } from '@sandlot/core/config';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ownServers } from '../src/servers.ts';
import { bridgeClient } from './bridge-clients.ts';
import { newClient, oldClient } from './clients.ts';
import { type ForeignGateway, foreignGateway, keys, send } from './foreign-gateway.ts';

const shop = { command: process.execPath, args: [fileURLToPath(new URL('shop-server.ts', import.meta.url))], protocol: 'legacy' };

const request = async ({ url }: ForeignGateway, path: string, method: string, params: Record<string, unknown> = {}, key = keys.ann) =>
  (await send(`${url}${path}`, key, method, params)).body;
const names = async (gateway: ForeignGateway, path: string, key = keys.ann) =>
  (await request(gateway, path, 'tools/list', {}, key)).result?.tools?.map(({ name }) => name);
const textOf = (body: unknown) => JSON.stringify(body);

const clerk = {
  title: 'The clerk',
  servers: ['*', '!b*'],
  deny: ['*__dump', '*_data'],
  tools: { a__find_item: { name: 'look', title: 'Look', description: 'Looks something up', annotations: { idempotentHint: true } } },
};

describe('a profile', () => {
  for (const [era, connect] of [['2026-07-28', newClient] as const, ['SDK v1', oldClient] as const]) {
    it(`shows its servers and tools, changed as it says, and no others (${era})`, async () => {
      await using gateway = await foreignGateway({ a: shop, b: shop }, { profiles: { clerk } });
      const client = await connect(`${gateway.url}/mcp/p/clerk`, keys.ann);
      expect(client.getServerVersion()).toMatchObject({ name: 'clerk', title: 'The clerk' });
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual(['look', 'a__buy_item', 'a__show_cart', 'a__report']);
      expect(tools[0]).toMatchObject({
        title: 'Look',
        description: 'Looks something up',
        annotations: { readOnlyHint: true, idempotentHint: true },
      });
      expect(await client.callTool({ name: 'look', arguments: {} })).toMatchObject({ content: [{ text: 'find_item was called' }] });
      for (const name of ['a__find_item', 'a__dump', 'b__buy_item', 'buy_item'])
        await expect(client.callTool({ name, arguments: {} }), name).rejects.toThrow(`Unknown tool: "${name}"`);
      expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual(['a__haggle']);
      expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['shop://stock']);
      expect(await client.readResource({ uri: 'shop://stock' })).toMatchObject({ contents: [{ text: 'full' }] });
      await expect(client.getPrompt({ name: 'b__haggle' })).rejects.toThrow('Unknown prompt: "b__haggle"');
      await client.close();
    });
  }

  it('with nothing but reading has only tools that say so', async () => {
    await using gateway = await foreignGateway({ a: shop }, { profiles: { reader: { readOnly: true } } });
    expect(await names(gateway, '/mcp/p/reader')).toEqual(['a__find_item', 'a__show_cart']);
    expect((await request(gateway, '/mcp/p/reader', 'tools/call', { name: 'a__buy_item', arguments: {} })).error?.message).toContain(
      'Unknown tool: "a__buy_item"',
    );
  });

  it('cannot give a name that another tool has', async () => {
    const profiles = { twice: { allow: ['a__*_item'], tools: { a__find_item: { name: 'a__buy_item' } } } };
    await using gateway = await foreignGateway({ a: shop }, { profiles });
    expect(await names(gateway, '/mcp/p/twice')).toEqual(['a__buy_item']);
    const called = await request(gateway, '/mcp/p/twice', 'tools/call', { name: 'a__buy_item', arguments: {} });
    expect(textOf(called.result)).toContain('buy_item was called');
  });

  it('shows nothing that the key may not call', async () => {
    await using gateway = await foreignGateway({ a: shop, c: shop }, { profiles: { clerk }, scopes: ['c:use'] });
    expect(await names(gateway, '/mcp/p/clerk', keys.cat)).toEqual(['c__find_item', 'c__buy_item', 'c__show_cart', 'c__report']);
    const refused = await request(gateway, '/mcp/p/clerk', 'tools/call', { name: 'look', arguments: {} }, keys.cat);
    expect(refused.error?.message).toContain('This needs the scope a:use');
  });

  it('as in the README is served', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const [, block = ''] = /```jsonc\n(\{\n {2}"profiles": [\s\S]*?)```/.exec(readme) ?? [];
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'sandlot.json'), block);
    const profiles = z.record(z.string(), z.unknown()).parse((await readConfigFile(join(folder.path, 'sandlot.json')))?.['profiles']);
    await using gateway = await foreignGateway({}, { profiles, own: ownServers });
    const reader = await names(gateway, '/mcp/p/reader');
    expect(reader).toContain('file_read');
    expect(reader).not.toContain('file_write');
    expect(await names(gateway, '/mcp/p/everything')).toEqual(['tools_search', 'tools_describe', 'tools_call']);
    const clerk = (await names(gateway, '/mcp/p/clerk'))?.filter((name) => /^(?:browser|shell)_/.test(name));
    expect(clerk).toEqual([]);
  });

  it('that cannot be meant is refused, with what is wrong', async () => {
    for (const [profiles, message] of [
      [{ 'a b': {} }, '"profiles.a b": "a b" is no good name'],
      [{ a: { server: ['a'] } }, '"profiles.a": '],
      [{ a: { tools: { a__dump: { name: 'tools_call' } } } }, '"tools_call" is a name of the search mode'],
      [{ a: { tools: { a__dump: { name: 'x.y' } } } }, 'tools.a__dump.name'],
    ] as const)
      await expect(foreignGateway({}, { profiles })).rejects.toThrow(message);
  });

  it('is changed while the gateway runs: clients of both eras hear of it', async () => {
    await using gateway = await foreignGateway({ a: shop }, { profiles: { clerk } });
    await using old = await bridgeClient('old', `${gateway.url}/mcp/p/clerk`, keys.ann);
    await using recent = await bridgeClient('new', `${gateway.url}/mcp/p/clerk`, keys.ann);
    await recent.listen();
    await gateway.configure({ a: shop }, { clerk: { allow: ['a__buy_item'] } });
    await expect.poll(() => [old.seen[0], recent.seen[0]]).toEqual(['tools changed', 'tools changed']);
    await expect.poll(() => names(gateway, '/mcp/p/clerk')).toEqual(['a__buy_item']);
    await expect(old.call('look')).rejects.toThrow('Unknown tool');
    await gateway.configure({ a: shop, b: shop }, {});
    await expect.poll(async () => (await request(gateway, '/mcp/p/clerk', 'tools/list')).error?.message).toContain('No profile "clerk"');
    expect(await names(gateway, '/mcp?servers=b')).toHaveLength(6);
  });
});

describe('a URL', () => {
  it('narrows the view to servers and tools, by name and by pattern, in the order of the whole list', async () => {
    await using gateway = await foreignGateway({ a: shop, b: shop }, { profiles: { clerk } });
    expect(await names(gateway, '/mcp?servers=b&tools=b__show*,b__buy_item')).toEqual(['b__buy_item', 'b__show_cart']);
    expect(await names(gateway, '/mcp?tools=!a__*,!*t')).toEqual(['b__find_item', 'b__buy_item', 'b__cart_data', 'b__dump']);
    expect(await names(gateway, '/mcp?servers=!a&tools=*__dump')).toEqual(['b__dump']);
    expect(await names(gateway, '/mcp/b?tools=dump')).toEqual(['dump']);
    expect(await names(gateway, '/mcp/p/clerk?tools=look,*report')).toEqual(['look', 'a__report']);
    const refused = await request(gateway, '/mcp?tools=*__dump', 'tools/call', { name: 'a__buy_item', arguments: {} });
    expect(refused.error?.message).toContain('Unknown tool: "a__buy_item"');
  });

  it('narrows what an old client sees for its whole session, which is good for that URL only', async () => {
    await using gateway = await foreignGateway({ a: shop, b: shop });
    const client = await oldClient(`${gateway.url}/mcp?servers=a&tools=*_item`, keys.ann);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['a__find_item', 'a__buy_item']);
    await expect(client.callTool({ name: 'b__buy_item', arguments: {} })).rejects.toThrow('Unknown tool');
    const session = client.transport?.sessionId ?? '';
    expect(session).not.toBe('');
    const list = (path: string) =>
      fetch(`${gateway.url}${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${keys.ann}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-session-id': session,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      });
    expect((await list('/mcp')).status).toBe(404);
    expect((await list('/mcp?tools=*_item&servers=a')).status).toBe(200);
    await client.close();
  });

  it('that names what there is not is refused, with the name', async () => {
    await using gateway = await foreignGateway({ a: shop, b: shop }, { profiles: { clerk }, scopes: ['a:use'] });
    for (const [path, status, message, key] of [
      ['/mcp/p/nobody', 404, 'No profile "nobody". Profiles: clerk.'],
      ['/mcp/nobody', 404, 'No server "nobody". Servers: a, b.'],
      ['/mcp?servers=a,c', 400, '?servers=: there is no server "c" here. Servers: a, b.'],
      ['/mcp/p/clerk?servers=b', 400, '?servers=: there is no server "b" here. Servers: a.'],
      ['/mcp?tools=a__dump,dump', 400, '?tools=: there is no tool "dump" here.'],
      ['/mcp/p/clerk?tools=a__dump', 400, '?tools=: there is no tool "a__dump" here.'],
      ['/mcp?tools=b__dump', 400, '?tools=: there is no tool "b__dump" here.', keys.cat],
      ['/mcp?tools=', 400, '?tools=: an empty name.'],
    ] as const) {
      const answer = await send(`${gateway.url}${path}`, key ?? keys.ann, 'tools/list', {});
      expect({ path, status: answer.status, message: answer.body.error?.message }).toEqual({
        path,
        status,
        message: expect.stringContaining(message),
      });
    }
  });
});

describe('lists', () => {
  it('are the same for every connection and request of a principal, whatever was called before', async () => {
    await using gateway = await foreignGateway({ a: shop, b: shop }, { profiles: { clerk } });
    for (const path of ['/mcp', '/mcp/p/clerk', '/mcp?servers=b,a']) {
      const first = textOf(await request(gateway, path, 'tools/list'));
      const old = await oldClient(`${gateway.url}${path}`, keys.bob);
      await old.callTool({ name: 'a__buy_item', arguments: {} });
      expect(textOf(await request(gateway, path, 'tools/list')), path).toBe(first);
      expect((await old.listTools()).tools.map(({ name }) => name)).toEqual(await names(gateway, path));
      await old.close();
    }
  });
});
