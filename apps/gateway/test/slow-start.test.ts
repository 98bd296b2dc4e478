import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sandlot/core/testing';
import { expect, test } from 'vitest';
import { bridgeClient } from './bridge-clients.ts';
import { foreignGateway, keys, send } from './foreign-gateway.ts';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const odd = { command: process.execPath, args: [script('odd-server.ts')] };

test('a server that is slow to start holds up one list and no other, and clients hear when it has come', async () => {
  await using folder = await temporaryFolder();
  const gate = join(folder.path, 'gate');
  const slow = { command: process.execPath, args: [script('slow-server.ts'), gate] };
  await using at = await foreignGateway({ odd, slow });
  await using client = await bridgeClient('new', `${at.url}/mcp`, keys.ann);
  await client.listen();
  const names = async () => (await send(`${at.url}/mcp`, keys.ann, 'tools/list', {})).body.result?.tools?.map(({ name }) => name);
  expect(await names()).toEqual(expect.arrayContaining(['odd__ok']));
  expect(await names()).not.toContain('slow__late');
  const call = await send(`${at.url}/mcp`, keys.ann, 'tools/call', { name: 'slow__late', arguments: {} });
  expect(call.body.error?.message).toMatch(/^The server "slow" is not there \(starting\)/);

  await writeFile(gate, '');
  await expect.poll(() => client.seen, { timeout: 60_000 }).toContain('tools changed');
  expect(await names()).toContain('slow__late');
  // Programs run where the configuration is, not where agents write.
  expect(await client.call('slow__late')).toBe(`in ${process.cwd()}`);
});

test('a server that is taken out while it starts ends, and the configuration goes on', async () => {
  const sign = `taken-out-${process.pid}`;
  const silent = { command: process.execPath, args: [script('odd-server.ts'), 'silent', sign], timeout: 100_000_000 };
  await using at = await foreignGateway({ silent });
  void send(`${at.url}/mcp/silent`, keys.ann, 'tools/list', {}).catch(() => undefined);
  const processes = () => spawnSync('pgrep', ['-f', sign], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean).length;
  await expect.poll(processes, { timeout: 60_000 }).toBe(1);
  await at.configure({});
  await at.configure({ odd });
  await expect.poll(() => at.gateway.registry.list().map(({ name }) => name), { timeout: 60_000 }).toEqual(['odd']);
  await expect.poll(processes, { timeout: 60_000 }).toBe(0);
});

test('servers stand in the order of the configuration, whatever was there before', async () => {
  await using at = await foreignGateway({ a: odd, b: odd, c: odd });
  const names = () => at.gateway.registry.list().map(({ name }) => name);
  await at.configure({ b: odd, c: odd });
  await expect.poll(names, { timeout: 60_000 }).toEqual(['b', 'c']);
  await at.configure({ a: odd, b: odd, c: odd });
  await expect.poll(names, { timeout: 60_000 }).toEqual(['a', 'b', 'c']);
});
