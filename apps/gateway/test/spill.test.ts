import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ownServers } from '../src/servers.ts';
import { newClient, oldClient } from './clients.ts';
import { type ForeignGateway, foreignGateway, keys } from './foreign-gateway.ts';

const shop = { command: process.execPath, args: [fileURLToPath(new URL('shop-server.ts', import.meta.url))], protocol: 'legacy' };
const image = { type: 'image', data: 'A'.repeat(400_000), mimeType: 'image/png' };
const dump = (blocks: unknown[], rest: object = {}) => ({ name: 's__dump', arguments: { blocks, ...rest } });

interface Link {
  readonly uri: string;
  readonly size: number;
}

/** Files of long results, oldest first. */
async function kept({ gateway }: ForeignGateway): Promise<string[]> {
  const folder = join(gateway.workspace, '.sandlot', 'results');
  const names = await readdir(folder).catch(() => []);
  const order = (name: string) => Number(name.split('-')[1]);
  return names.toSorted((a, b) => order(a) - order(b)).map((name) => join(folder, name));
}

describe('a result of an added server', () => {
  for (const [era, connect] of [['2026-07-28', newClient] as const, ['SDK v1', oldClient] as const]) {
    it(`that is too long is kept in the workspace: head, path and link come back, pictures stay (${era})`, async () => {
      await using gateway = await foreignGateway({ s: shop });
      const client = await connect(`${gateway.url}/mcp`, keys.ann);
      const result = await client.callTool(dump([{ size: 200_000 }, image, { size: 100_000 }]));
      const [head, link, picture] = result.content as [{ text: string }, Link, object];
      expect(head.text).toMatch(/^block 0 of many lines\n/);
      expect(head.text.length).toBeLessThan(9000);
      const path = /first \d+ of 300001 bytes\. All of it is in the workspace, in (\S+):/.exec(head.text)?.[1] ?? '';
      expect(path).toMatch(/^\.sandlot\/results\/\d{8}T\d{6}-1-s-dump\.txt$/);
      expect(picture).toEqual(image);
      expect(link).toMatchObject({ type: 'resource_link', mimeType: 'text/plain', size: 300_001 });
      const text = await readFile(join(gateway.gateway.workspace, path), 'utf8');
      expect(await readFile(fileURLToPath(link.uri), 'utf8')).toBe(text);
      expect(text).toHaveLength(300_001);
      expect(text.startsWith(head.text.slice(0, 8000))).toBe(true);
      expect(text).toContain('block 2 of many lines');
      expect(await kept(gateway), 'nothing half-written is left').toHaveLength(1);
      await client.close();
    });
  }

  it('is read to its end with the file server, in parts or through the link', async () => {
    await using gateway = await foreignGateway({ s: shop }, { own: ownServers });
    const client = await newClient(`${gateway.url}/mcp`, keys.ann);
    const result = await client.callTool(dump([{ size: 300_000 }]));
    const [, link] = result.content as [object, Link];
    const path = relative(gateway.gateway.workspace, fileURLToPath(link.uri));
    const part = await client.callTool({ name: 'file_grep', arguments: { pattern: 'block 0', path, output: 'count' } });
    expect(JSON.stringify(part.structuredContent ?? part.content)).toContain(String(Math.ceil(300_000 / 'block 0 of many lines\n'.length)));
    const { contents } = await client.readResource({ uri: link.uri });
    expect(contents).toMatchObject([{ uri: link.uri, text: await readFile(fileURLToPath(link.uri), 'utf8') }]);
    await client.close();
  });

  it('comes without the link to clients of protocols that know none', async () => {
    await using gateway = await foreignGateway({ s: shop });
    const session: { id?: string } = {};
    const post = async (id: number, method: string, params: object) => {
      const response = await fetch(`${gateway.url}/mcp`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${keys.ann}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(session.id !== undefined && { 'mcp-session-id': session.id }),
        },
        body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      });
      session.id ??= response.headers.get('mcp-session-id') ?? '';
      return response.text();
    };
    await post(1, 'initialize', { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'test', version: '1' } });
    const answer = await post(2, 'tools/call', dump([{ size: 300_000 }]));
    expect(answer).toContain('All of it is in the workspace');
    expect(answer).not.toContain('resource_link');
  });

  it('that fits is left alone, pictures of any size with it', async () => {
    await using gateway = await foreignGateway({ s: shop });
    const client = await newClient(`${gateway.url}/mcp`, keys.ann);
    const result = await client.callTool(dump([{ size: 262_144 }, image], { structured: 1000 }));
    expect(result.content).toEqual([{ type: 'text', text: expect.stringMatching(/^.{21}\n/) }, image]);
    expect(result.structuredContent).toMatchObject({ rows: 'x'.repeat(1000) });
    expect(await kept(gateway)).toEqual([]);
    await client.close();
  });

  it('has its embedded text and its structured content kept, too', async () => {
    await using gateway = await foreignGateway({ s: shop });
    const client = await newClient(`${gateway.url}/mcp`, keys.ann);
    const resource = { type: 'resource', resource: { uri: 'shop://big', text: `{"rows":"${'y'.repeat(300_000)}"}` } };
    const result = await client.callTool(dump([resource], { structured: 300_000 }));
    expect(result.structuredContent).toBeUndefined();
    expect(JSON.stringify(result).length).toBeLessThan(12_000);
    const [text = '', structured = ''] = await kept(gateway);
    expect(await readFile(text, 'utf8')).toBe(resource.resource.text);
    expect(JSON.parse(await readFile(structured, 'utf8'))).toEqual({ rows: 'x'.repeat(300_000) });
    expect(result._meta?.['sandlot.dev/kept']).toEqual([
      { path: expect.stringMatching(/-1-s-dump\.json$/), bytes: resource.resource.text.length },
      { path: expect.stringMatching(/-2-s-dump\.json$/), bytes: expect.any(Number) },
    ]);
    await client.close();
  });

  it('keeps structured content that clients check by the schema of the tool', async () => {
    await using gateway = await foreignGateway({ s: shop });
    const client = await newClient(`${gateway.url}/mcp`, keys.ann);
    await client.listTools();
    const result = await client.callTool({ name: 's__report', arguments: {} });
    expect(result.structuredContent).toEqual({ rows: ['x'.repeat(300_000)] });
    expect(result.content).toMatchObject([{ text: expect.stringContaining('of 300000 bytes') }, { type: 'resource_link' }]);
    await client.close();
  });

  it('makes room for itself: the oldest files go', async () => {
    await using gateway = await foreignGateway({ s: shop }, { options: { resultBytes: 1000, keptResultBytes: 10_000 } });
    const client = await newClient(`${gateway.url}/mcp`, keys.ann);
    for (const size of [4000, 4000, 4000, 4000]) await client.callTool(dump([{ size }]));
    expect((await kept(gateway)).map((path) => basename(path).split('-')[1])).toEqual(['3', '4']);
    await Promise.all([5000, 5000, 5000].map((size) => client.callTool(dump([{ size }]))));
    expect(await kept(gateway)).toHaveLength(2);
    await client.close();
  });

  it('passes whole when the limit is off', async () => {
    await using gateway = await foreignGateway({ s: shop }, { options: { resultBytes: 0 } });
    const client = await newClient(`${gateway.url}/mcp`, keys.ann);
    expect(await client.callTool(dump([{ size: 1_000_000 }]))).toMatchObject({ content: [{ text: expect.stringMatching(/^.{21}\n/) }] });
    expect(await kept(gateway)).toEqual([]);
    await client.close();
  });

  it('never leaves the workspace: where the folder is a link, the answer comes whole', async () => {
    await using gateway = await foreignGateway({ s: shop });
    const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'));
    try {
      await mkdir(join(gateway.gateway.workspace, '.sandlot'));
      await writeFile(join(gateway.gateway.workspace, '.sandlot', '.gitignore'), 'mine\n');
      await symlink(elsewhere, join(gateway.gateway.workspace, '.sandlot', 'results'));
      const client = await newClient(`${gateway.url}/mcp`, keys.ann);
      const { content } = await client.callTool(dump([{ size: 300_000 }]));
      expect(content).toEqual([{ type: 'text', text: expect.stringMatching(/^block 0/) }]);
      expect(JSON.stringify(content).length).toBeGreaterThan(300_000);
      expect(await readdir(elsewhere)).toEqual([]);
      expect(await readFile(join(gateway.gateway.workspace, '.sandlot', '.gitignore'), 'utf8')).toBe('mine\n');
      await client.close();
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });
});
