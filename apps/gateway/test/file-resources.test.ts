/** The file server's resources through the gateway: lists, reads and reports of changes, in both protocol eras, under its policy. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { kill } from '@sandlot/core/testing';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, it } from 'vitest';
import { recordsOf } from './audit-kit.ts';
import { type FileGateway, fileGateway, key, readerKey, strangerKey } from './file-gateway.ts';

const info = { name: 'test', version: '1.0.0' };
const uriOf = (gateway: FileGateway, path: string) => pathToFileURL(join(gateway.workspace, path)).href;
const requestInit = (as: string) => ({ headers: { authorization: `Bearer ${as}` } });

async function modernClient(gateway: FileGateway, path: string, as = key): Promise<Client> {
  const client = new Client(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}${path}`), { requestInit: requestInit(as) }));
  return client;
}

async function oldClient(gateway: FileGateway, as = key): Promise<OldClient> {
  const client = new OldClient(info);
  await client.connect(new OldHttp(new URL(`${gateway.url}/mcp`), { requestInit: requestInit(as) }));
  return client;
}

async function prepared(values: Record<string, unknown> = {}): Promise<FileGateway> {
  const gateway = await fileGateway({ values });
  await mkdir(gateway.workspace, { recursive: true });
  await writeFile(join(gateway.workspace, 'a.txt'), 'one');
  return gateway;
}

/** Changes a file until the change is reported: each change is one that must be. */
async function expectReport(gateway: FileGateway, path: string, seen: string[]): Promise<void> {
  await writeFile(join(gateway.workspace, path), String(performance.now()));
  while (!seen.includes(uriOf(gateway, path))) await delay(20);
  seen.length = 0;
}

const pidOf = ({ gateway }: FileGateway) => gateway.registry.get('file')?.health().pid;

it('lists, reads and records them, and starts nothing before it must', async () => {
  await using gateway = await prepared();
  for (const path of ['/mcp', '/mcp/file']) {
    const client = await modernClient(gateway, path);
    expect(client.getServerCapabilities()?.resources).toMatchObject({ subscribe: true });
    if (path === '/mcp') {
      expect((await client.listResourceTemplates()).resourceTemplates).toMatchObject([{ uriTemplate: 'file:///{+path}' }]);
      expect(pidOf(gateway)).toBeUndefined();
    }
    expect((await client.listResources()).resources).toMatchObject([{ uri: uriOf(gateway, 'a.txt'), name: 'a.txt' }]);
    expect((await client.readResource({ uri: uriOf(gateway, 'a.txt') })).contents).toMatchObject([{ text: 'one' }]);
    await expect(client.readResource({ uri: 'file:///etc/passwd' })).rejects.toThrow('outside');
    await client.close();
  }
  const old = await oldClient(gateway);
  expect((await old.listResources()).resources).toMatchObject([{ uri: uriOf(gateway, 'a.txt') }]);
  await old.close();
  expect(recordsOf(gateway.audit).filter(({ tool }) => tool === 'resources/read')).toHaveLength(4);
});

it('shows them to keys that may read files, and to no other', async () => {
  await using gateway = await prepared();
  const reader = await modernClient(gateway, '/mcp', readerKey);
  expect((await reader.listResources()).resources).toHaveLength(1);
  await reader.close();
  const stranger = await modernClient(gateway, '/mcp', strangerKey);
  expect((await stranger.listResources()).resources).toEqual([]);
  await expect(stranger.readResource({ uri: uriOf(gateway, 'a.txt') })).rejects.toThrow(/not allowed|scope/i);
  await stranger.close();
  const old = await oldClient(gateway, strangerKey);
  await expect(old.subscribeResource({ uri: uriOf(gateway, 'a.txt') })).rejects.toThrow(/not allowed|scope/i);
  await old.close();
});

it('reports changes to a 2026-07-28 client, also after the server was killed', async () => {
  await using gateway = await prepared();
  const seen: string[] = [];
  const client = await modernClient(gateway, '/mcp');
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void seen.push(params.uri));
  const subscription = await client.listen({ resourceSubscriptions: [uriOf(gateway, 'a.txt'), uriOf(gateway, 'new.txt')] });
  await expectReport(gateway, 'a.txt', seen);
  await expectReport(gateway, 'new.txt', seen);
  const pid = pidOf(gateway);
  kill(pid);
  // What may have changed meanwhile is reported; then all goes on as before.
  while (!seen.includes(uriOf(gateway, 'a.txt')) || !seen.includes(uriOf(gateway, 'new.txt'))) await delay(20);
  seen.length = 0;
  expect(pidOf(gateway)).not.toBe(pid);
  await expectReport(gateway, 'a.txt', seen);
  await subscription.close();
  await client.close();
});

it('keeps a server that somebody listens to from being stopped as idle', async () => {
  await using gateway = await prepared({ idleMs: 50 });
  const seen: string[] = [];
  const client = await modernClient(gateway, '/mcp');
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void seen.push(params.uri));
  const subscription = await client.listen({ resourceSubscriptions: [uriOf(gateway, 'a.txt')] });
  await client.readResource({ uri: uriOf(gateway, 'a.txt') });
  const pid = pidOf(gateway);
  // Many times the idle time: a server that was stopped would report nothing after it.
  await delay(1000);
  await expectReport(gateway, 'a.txt', seen);
  expect(pidOf(gateway)).toBe(pid);
  await subscription.close();
  await client.close();
});

it('reports changes to a client of SDK v1, until it unsubscribes', async () => {
  await using gateway = await prepared();
  const seen: string[] = [];
  const client = await oldClient(gateway);
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void seen.push(params.uri));
  await client.subscribeResource({ uri: uriOf(gateway, 'a.txt') });
  await client.subscribeResource({ uri: uriOf(gateway, 'b.txt') });
  await expectReport(gateway, 'a.txt', seen);
  await client.unsubscribeResource({ uri: uriOf(gateway, 'a.txt') });
  seen.length = 0;
  await writeFile(join(gateway.workspace, 'a.txt'), 'unseen');
  await expectReport(gateway, 'b.txt', seen);
  await expectReport(gateway, 'b.txt', seen);
  expect(seen).not.toContain(uriOf(gateway, 'a.txt'));
  await client.close();
});
