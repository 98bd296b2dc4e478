import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { keys, send } from './foreign-gateway.ts';
import { gatewayProcess } from './gateway-process.ts';
import { listed, rest, saidGateway, saidServer } from './said.ts';

const words = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
const tool = (name: string) => ({ name, description: 'A tool', inputSchema: { type: 'object' } });

describe('names that are words of JavaScript', () => {
  it('cannot be ids of servers: each such entry is reported', async () => {
    await using folder = await temporaryFolder();
    const servers = words.map((id) => `${JSON.stringify(id)}: { "command": "node" }`).join(', ');
    const config = JSON.parse(`{ "apiKey": "names-key-0123456789", "audit": "off", "mcpServers": { ${servers} } }`) as object;
    await using gateway = await gatewayProcess(folder.path, config);
    const response = await fetch(`${gateway.url}/v1/sandbox`, { headers: { authorization: 'Bearer names-key-0123456789' } });
    const { data } = (await response.json()) as { data: { broken: { id: string; error: string }[] } };
    expect(data.broken).toEqual(words.map((id) => ({ id, origin: 'file', error: expect.stringContaining(`"${id}"`) })));
  });

  it.each([[{ audit: 'on' }], [{ audit: 'off' }]])('are names of tools like any other, with %o', async (options) => {
    await using server = await saidServer(
      { 'tools/list': { tools: words.map(tool) } },
      { tools: { toString: { description: 'Renders' } } },
    );
    const tools = { odd__constructor: { title: 'Makes' } };
    await using gateway = await saidGateway(server, { options, profiles: { odd: { tools } } });
    const own = (await listed(gateway, 'tools/list', '/mcp/odd')).map(({ name, description }) => [name, description]);
    expect(own).toEqual(words.map((name) => [name, name === 'toString' ? 'Renders' : 'A tool']));
    for (const name of words) {
      const call = await send(`${gateway.url}/mcp/odd`, keys.ann, 'tools/call', { name, arguments: {} });
      expect(call.body.result?.content, name).toMatchObject([{ text: `called ${name}` }]);
      expect((await listed(gateway, 'tools/list', `/mcp?tools=odd__${name}`)).map((one) => one['name'])).toEqual([`odd__${name}`]);
    }
    expect((await listed(gateway, 'tools/list', '/mcp/p/odd')).filter(({ title }) => title !== undefined)).toMatchObject([
      { title: 'Makes' },
    ]);
    for (const path of ['/mcp?tools=__proto__', '/mcp?servers=constructor'])
      expect((await send(`${gateway.url}${path}`, keys.ann, 'tools/list', {})).body.error?.code, path).toBe(-32_602);
    expect((await rest(gateway, '/v1/mcp/servers?details=true')).status).toBe(200);
  });

  it('are refused where a key of the configuration would be lost', async () => {
    const profile = JSON.parse('{ "tools": { "__proto__": { "name": "x" } } }') as object;
    await using server = await saidServer({ 'tools/list': { tools: [] } });
    await expect(saidGateway(server, { profiles: { odd: profile } })).rejects.toThrow('"__proto__" cannot be a name here.');
  });
});

describe('a configuration file that is taken away while the gateway runs', () => {
  it('ends nothing: what it said stays, and log and state say so', async () => {
    await using server = await saidServer({ 'tools/list': { tools: [tool('good')] } });
    await using folder = await temporaryFolder();
    const apiKey = 'gone-key-0123456789';
    await using gateway = await gatewayProcess(folder.path, { apiKey, audit: 'off', mcpServers: { odd: server.entry } });
    const names = async () =>
      (await send(`${gateway.url}/mcp`, apiKey, 'tools/list', {})).body.result?.tools
        ?.map(({ name }) => name)
        .filter((name) => name.startsWith('odd'));
    const problem = async () => {
      const response = await fetch(`${gateway.url}/v1/sandbox`, { headers: { authorization: `Bearer ${apiKey}` } });
      return ((await response.json()) as { data: { configuration?: { problem: string } } }).data.configuration?.problem;
    };
    expect(await names()).toEqual(['odd__good']);
    const [file, away] = [join(folder.path, 'sandlot.json'), join(folder.path, 'away.json')];
    await rename(file, away);
    await expect.poll(problem, { timeout: 60_000 }).toContain('is gone: what it said last stays in force');
    expect(gateway.said()).toContain('is gone');
    expect(await names()).toEqual(['odd__good']);
    await rename(away, file);
    await expect.poll(problem, { timeout: 60_000 }).toBeUndefined();
    expect(await names()).toEqual(['odd__good']);
  });
});
