/** Large bytes through the gateway: the file server's routes under the gateway's policy. */
import { mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { kill } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { recordsOf } from './audit-kit.ts';
import { fileGateway, readerKey, strangerKey } from './file-gateway.ts';

const at = (path: string) => `/v1/file/content/${path}`;

function chunks(chunk: Uint8Array, count: number): ReadableStream<Uint8Array> {
  let left = count;
  return new ReadableStream({ pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()) });
}

it('puts and gets a file, whole and in ranges, with conditions', async () => {
  await using gateway = await fileGateway();
  const made = await gateway.request(at('new/a%20b.txt'), { method: 'PUT', body: '0123456789' });
  expect([made.status, await made.json()]).toMatchObject([201, { success: true, data: { bytes: 10, created: true } }]);
  const tag = String(made.headers.get('etag'));
  const whole = await gateway.request(at('new/a%20b.txt'));
  expect([whole.status, await whole.text(), whole.headers.get('etag')]).toEqual([200, '0123456789', tag]);
  const part = await gateway.request(at('new/a%20b.txt'), { headers: { range: 'bytes=2-4' } });
  expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10']);
  expect((await gateway.request(at('new/a%20b.txt'), { headers: { range: 'bytes=10-' } })).status).toBe(416);
  const head = await gateway.request(at('new/a%20b.txt'), { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '10']);
  expect((await gateway.request(at('new/a%20b.txt'), { headers: { 'if-none-match': tag } })).status).toBe(304);
  const stale = await gateway.request(at('new/a%20b.txt'), { method: 'PUT', body: 'x', headers: { 'if-match': '"x"' } });
  expect([stale.status, await stale.json()]).toMatchObject([412, { success: false, error: { code: 'ABORTED' } }]);
  expect(await readFile(join(gateway.workspace, 'new/a b.txt'), 'utf8')).toBe('0123456789');
  expect((await gateway.request(at('nothing'))).status).toBe(404);
  expect((await gateway.request(at('x'), { method: 'DELETE' })).status).toBe(405);
});

it('asks for the scope of the method, and records every request with what came of it', async () => {
  await using gateway = await fileGateway();
  const put = (as?: string) => gateway.request(at('a.txt'), { method: 'PUT', body: 'hello', ...(as !== undefined && { as }) });
  expect((await put()).status).toBe(201);
  expect(await (await gateway.request(at('a.txt'), { as: readerKey })).text()).toBe('hello');
  const refused = await put(readerKey);
  expect([refused.status, await refused.json()]).toMatchObject([
    403,
    { error: { code: 'PERMISSION_DENIED', data: { scopes: ['file:write'] } } },
  ]);
  expect((await gateway.request(at('a.txt'), { as: strangerKey })).status).toBe(403);
  expect((await gateway.request(at('a.txt'), { as: 'wrong-key-0123456789' })).status).toBe(401);
  const missing = await gateway.request(at('none.txt'));
  expect([missing.status, await missing.json()]).toMatchObject([404, { error: { code: 'NOT_FOUND' } }]);
  const ends = () => recordsOf(gateway.audit).filter((record) => 'outcome' in record);
  while (ends().length < 5) await delay(20);
  const begins = recordsOf(gateway.audit).filter((record) => 'principal' in record);
  const told = begins.map(({ seq, principal, tool, decision }) => {
    const end = ends().find(({ call }) => call === seq);
    return [principal, tool, decision, end?.['outcome'], end?.['error_code'] ?? end?.['bytes_out']];
  });
  expect(told).toEqual([
    ['key', 'PUT /v1/file/content/', 'allow', 'ok', expect.any(Number)],
    ['key:reader', 'GET /v1/file/content/', 'allow', 'ok', 5],
    ['key:reader', 'PUT /v1/file/content/', 'deny', 'denied', undefined],
    ['key:stranger', 'GET /v1/file/content/', 'deny', 'denied', undefined],
    ['key', 'GET /v1/file/content/', 'allow', 'error', 'HTTP_404'],
  ]);
});

it('reads and writes nothing outside the workspace', async () => {
  await using gateway = await fileGateway();
  const outside = join(dirname(gateway.workspace), 'beyond');
  await mkdir(outside);
  await writeFile(join(outside, 'secret.txt'), 'SECRET');
  await mkdir(gateway.workspace, { recursive: true });
  await symlink(outside, join(gateway.workspace, 'out'));
  for (const path of [
    'out/secret.txt',
    encodeURIComponent(join(outside, 'secret.txt')),
    `/etc/passwd`,
    '..%2fbeyond%2fsecret.txt',
    'out/new.txt',
  ]) {
    for (const method of ['GET', 'HEAD', 'PUT']) {
      const response = await gateway.request(at(path), { method, ...(method === 'PUT' && { body: 'x' }) });
      expect(response.status, `${method} ${path}`).toBe(403);
      expect(await response.text()).not.toContain('SECRET');
    }
  }
  expect(await readdir(outside)).toEqual(['secret.txt']);
});

it('streams in both directions, over the limit of JSON bodies, within bounded memory', async () => {
  await using gateway = await fileGateway();
  const chunk = Buffer.alloc(1_000_000, 'x');
  const before = process.memoryUsage().rss;
  const put = await gateway.request(at('large'), { method: 'PUT', body: chunks(chunk, 50), duplex: 'half' });
  expect(put.status).toBe(201);
  expect((await stat(join(gateway.workspace, 'large'))).size).toBe(50_000_000);
  await truncate(join(gateway.workspace, 'large'), 200_000_000);
  let bytes = 0;
  for await (const part of (await gateway.request(at('large'))).body ?? []) bytes += part.byteLength;
  expect(bytes).toBe(200_000_000);
  // This process is gateway and client at once.
  expect((process.memoryUsage().rss - before) / 1024 / 1024).toBeLessThan(180);
});

it('leaves nothing of an upload whose client goes away, and says when the server goes away', async () => {
  await using gateway = await fileGateway();
  await gateway.request(at('a.txt'), { method: 'PUT', body: 'old' });
  const temporary = async () => (await readdir(gateway.workspace)).filter((name) => name.endsWith('.tmp')).length;
  const endless = () => new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(Buffer.from('new')) });
  const ending = new AbortController();
  const broken = gateway.request(at('a.txt'), { method: 'PUT', body: endless(), duplex: 'half', signal: ending.signal });
  while ((await temporary()) === 0) await delay(10);
  ending.abort();
  await expect(broken).rejects.toThrow();
  while ((await temporary()) > 0) await delay(10);
  const lost = gateway.request(at('a.txt'), { method: 'PUT', body: endless(), duplex: 'half' });
  while ((await temporary()) === 0) await delay(10);
  kill(gateway.gateway.registry.get('file')?.health().pid);
  expect((await lost).status).toBe(503);
  expect(await readFile(join(gateway.workspace, 'a.txt'), 'utf8')).toBe('old');
  expect(await (await gateway.request(at('a.txt'))).text()).toBe('old');
});
