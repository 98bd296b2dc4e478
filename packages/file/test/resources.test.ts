/** Files as MCP resources, in both protocol eras, over stdio and HTTP. */
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, it } from 'vitest';
import { httpServer, key } from './http-server.ts';
import { makeWorld, secret, type World } from './world.ts';

const info = { name: 'test', version: '1.0.0' };
const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const uriOf = (world: World, path: string) => pathToFileURL(join(world.workspace, path)).href;

/** URIs as they are reported, to wait for. */
class Reports {
  readonly uris: string[] = [];
  #wake: () => void = () => undefined;

  readonly add = (uri: string): void => {
    this.uris.push(uri);
    this.#wake();
  };

  async next(uri: string): Promise<void> {
    while (!this.uris.includes(uri)) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.uris.length = 0;
  }
}

/** Changes of a watched file that all must be reported. */
async function expectReports(world: World, reports: Reports, path: string): Promise<void> {
  const uri = uriOf(world, path);
  await writeFile(world.inside(path), 'made');
  await reports.next(uri);
  await world.client.call('file_edit', { path, edits: [{ old_string: 'made', new_string: 'changed' }] });
  await reports.next(uri);
  await rm(world.inside(path));
  await reports.next(uri);
}

it('lists the newest files, in one bounded list, and reads any', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('.gitignore'), '*.log\n');
  await writeFile(world.inside('x.log'), 'left out');
  await mkdir(world.inside('many'));
  for (let i = 0; i < 120; i++) await writeFile(world.inside(`many/${i} é%.md`), `# ${i}`);
  await writeFile(world.inside('picture.bin'), Buffer.from([0, 1, 2, 255]));
  const { client } = world.client;
  const { resources } = await client.listResources();
  expect(resources).toHaveLength(100);
  expect(resources.map(({ uri }) => uri)).not.toContain(uriOf(world, 'x.log'));
  const listed = resources.find(({ name }) => name === 'many/100 é%.md');
  expect(listed).toMatchObject({ uri: uriOf(world, 'many/100 é%.md'), mimeType: 'text/markdown' });
  expect((await client.listResourceTemplates()).resourceTemplates).toMatchObject([{ uriTemplate: 'file:///{+path}' }]);
  expect((await client.readResource({ uri: String(listed?.uri) })).contents).toEqual([
    { uri: listed?.uri, mimeType: 'text/markdown', text: '# 100' },
  ]);
  expect((await client.readResource({ uri: uriOf(world, 'picture.bin') })).contents).toEqual([
    { uri: uriOf(world, 'picture.bin'), mimeType: 'application/octet-stream', blob: 'AAEC/w==' },
  ]);
});

it('reads nothing outside, and nothing that is too large', async () => {
  await using world = await makeWorld();
  await symlink(world.outside, world.inside('out'));
  await writeFile(world.inside('large.txt'), 'x'.repeat(5 * 1024 * 1024));
  await writeFile(world.inside('quotes.txt'), '"'.repeat(3 * 1024 * 1024));
  for (const uri of [
    uriOf(world, 'out/secret.txt'),
    pathToFileURL(join(world.outside, 'secret.txt')).href,
    `${uriOf(world, '')}/../beyond/secret.txt`,
    `${uriOf(world, '')}/..%2fbeyond/secret.txt`,
    'file:///etc/passwd',
    'file://host/etc/passwd',
    'https://example.com/',
    'nonsense',
    uriOf(world, 'nothing.txt'),
    uriOf(world, 'large.txt'),
    uriOf(world, 'quotes.txt'),
    uriOf(world, '.'),
  ]) {
    const error: unknown = await world.client.client.readResource({ uri }).then(JSON.stringify, (failure: unknown) => failure);
    expect(error, uri).toBeInstanceOf(Error);
    expect(error, uri).toMatchObject({ code: -32_602 });
    expect(String(error), uri).not.toContain(secret);
  }
});

it('reports changes to a 2026-07-28 client over stdio', async () => {
  await using world = await makeWorld();
  const reports = new Reports();
  const client = new Client(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => reports.add(params.uri));
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: ['--conditions=@sandlot/source', bin, '--workspace', world.workspace] }),
  );
  expect(client.getServerCapabilities()?.resources).toEqual({ subscribe: true });
  const subscription = await client.listen({ resourceSubscriptions: [uriOf(world, 'a.txt'), uriOf(world, 'b.txt')] });
  await expectReports(world, reports, 'a.txt');
  await expectReports(world, reports, 'b.txt');
  await subscription.close();
  await client.close();
});

it('reports changes to a 2026-07-28 client over HTTP', async () => {
  await using world = await makeWorld();
  await using server = await httpServer(world.workspace);
  const reports = new Reports();
  const client = new Client(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => reports.add(params.uri));
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit: { headers: { authorization: `Bearer ${key}` } } }),
  );
  const subscription = await client.listen({ resourceSubscriptions: [uriOf(world, 'a.txt')] });
  await expectReports(world, reports, 'a.txt');
  await subscription.close();
  await client.close();
});

it('reports changes to a client of SDK v1 until it unsubscribes, and refuses what is outside', async () => {
  await using world = await makeWorld();
  const reports = new Reports();
  const client = new OldClient(info);
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => reports.add(params.uri));
  await client.connect(
    new OldStdio({ command: process.execPath, args: ['--conditions=@sandlot/source', bin, '--workspace', world.workspace] }),
  );
  await client.subscribeResource({ uri: uriOf(world, 'a.txt') });
  await client.subscribeResource({ uri: uriOf(world, 'b.txt') });
  await expectReports(world, reports, 'a.txt');
  await client.unsubscribeResource({ uri: uriOf(world, 'a.txt') });
  await writeFile(world.inside('a.txt'), 'again');
  await expectReports(world, reports, 'b.txt');
  expect(reports.uris).not.toContain(uriOf(world, 'a.txt'));
  await expect(client.subscribeResource({ uri: pathToFileURL(join(world.outside, 'secret.txt')).href })).rejects.toThrow('outside');
  await client.close();
});

it('reports no change of what a watched path leads to outside', async () => {
  await using world = await makeWorld();
  const reports = new Reports();
  const client = new OldClient(info);
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => reports.add(params.uri));
  await client.connect(
    new OldStdio({ command: process.execPath, args: ['--conditions=@sandlot/source', bin, '--workspace', world.workspace] }),
  );
  await mkdir(world.inside('d'));
  await writeFile(world.inside('d/secret.txt'), 'inside');
  for (const path of ['d/secret.txt', 'b.txt']) await client.subscribeResource({ uri: uriOf(world, path) });
  await rename(world.inside('d'), world.inside('e'));
  await symlink(world.outside, world.inside('d'));
  await writeFile(join(world.outside, 'secret.txt'), `${secret} changed`);
  await expectReports(world, reports, 'b.txt');
  await writeFile(join(world.outside, 'secret.txt'), secret);
  await expectReports(world, reports, 'b.txt');
  await client.close();
});
