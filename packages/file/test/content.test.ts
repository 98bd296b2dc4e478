/** Files over HTTP: ranges, conditions, streams in both directions, and the same confinement as the tools. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, open, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { type FileRequest, type HttpServer, httpServer, key } from './http-server.ts';
import { smallDisk } from './small-disk.ts';
import { makeWorld, picture, secret } from './world.ts';

const run = promisify(execFile);

/** A body that ends without its end. */
function endless(first: string): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(first)) });
}

function chunks(chunk: Uint8Array, count: number): ReadableStream<Uint8Array> {
  let left = count;
  return new ReadableStream({ pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()) });
}

const stream = (body: ReadableStream<Uint8Array>): FileRequest => ({ method: 'PUT', body, duplex: 'half' });

async function errorOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  return typeof body === 'object' && body !== null && 'error' in body ? body.error : body;
}

it('gives a file, its head, and ranges of it', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('a b+é%.txt'), '0123456789');
  await using server = await httpServer(world.workspace);
  const get = (range?: string, headers = {}) =>
    server.file('a b+é%.txt', { headers: { ...(range !== undefined && { range }), ...headers } });
  const whole = await get();
  const tag = String(whole.headers.get('etag'));
  expect([whole.status, await whole.text()]).toEqual([200, '0123456789']);
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'content-length': '10',
    'content-type': 'text/plain',
    'accept-ranges': 'bytes',
    'content-disposition': "attachment; filename*=UTF-8''a%20b%2B%C3%A9%25.txt",
    'x-content-type-options': 'nosniff',
  });
  const head = await server.file('a b+é%.txt', { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), head.headers.get('etag'), await head.text()]).toEqual([200, '10', tag, '']);
  for (const [range, expected, where] of [
    ['bytes=0-0', '0', '0-0'],
    ['bytes=2-4', '234', '2-4'],
    ['bytes=7-', '789', '7-9'],
    ['bytes=-3', '789', '7-9'],
    ['bytes=5-100', '56789', '5-9'],
    ['bytes=-100', '0123456789', '0-9'],
  ] as const) {
    const part = await get(range);
    expect([part.status, await part.text(), part.headers.get('content-range')], range).toEqual([206, expected, `bytes ${where}/10`]);
  }
  for (const range of ['bytes=10-', 'bytes=99-100', 'bytes=-0']) {
    const none = await get(range);
    expect([none.status, none.headers.get('content-range')], range).toEqual([416, 'bytes */10']);
  }
  // Several ranges, other units and nonsense: the whole, as RFC 9110 allows.
  for (const range of ['bytes=0-1,3-4', 'lines=1-2', 'bytes=4-2', 'bytes=-']) expect((await get(range)).status, range).toBe(200);
  expect((await get(undefined, { 'if-none-match': `"x", ${tag}` })).status).toBe(304);
  expect((await get(undefined, { 'if-none-match': '"x"' })).status).toBe(200);
  expect((await get(undefined, { 'if-match': '"x"' })).status).toBe(412);
  expect((await get('bytes=0-1', { 'if-range': tag })).status).toBe(206);
  expect((await get('bytes=0-1', { 'if-range': '"x"' })).status).toBe(200);
  // The tag is the version of the tools.
  expect(tag).toBe(`"${String((await world.client.call('file_read', { path: 'a b+é%.txt' })).facts['version'])}"`);
  for (const [path, status] of [
    ['nothing', 404],
    ['', 400],
    [world.workspace, 409],
    ['x'.repeat(300), 400],
  ] as const)
    expect((await server.file(path)).status, path).toBe(status);
  expect((await fetch(`${server.url}/v1/file/content/%ff`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(400);
  expect((await server.file('good.txt', { method: 'DELETE' })).status).toBe(405);
  expect((await server.file('good.txt', { headers: { authorization: '' } })).status).toBe(401);
});

it('puts a file in one step, under the conditions of the request', async () => {
  await using world = await makeWorld();
  await using server = await httpServer(world.workspace, ['--upload-bytes', '1000000']);
  const put = (path: string, body: NonNullable<RequestInit['body']>, headers = {}) =>
    server.file(path, { method: 'PUT', body, headers, duplex: 'half' });
  const made = await put('new/deep/file.bin', Buffer.from([0, 255, 10, 13]));
  expect(made.status).toBe(201);
  expect(await made.json()).toMatchObject({ success: true, data: { path: 'new/deep/file.bin', bytes: 4, created: true } });
  expect([...(await readFile(world.inside('new/deep/file.bin')))]).toEqual([0, 255, 10, 13]);
  const tag = String(made.headers.get('etag'));
  expect((await put('new/deep/file.bin', 'x', { 'if-none-match': '*' })).status).toBe(412);
  expect((await put('new/deep/file.bin', 'x', { 'if-match': '"other"' })).status).toBe(412);
  expect((await put('absent', 'x', { 'if-match': '*' })).status).toBe(412);
  await chmod(world.inside('new/deep/file.bin'), 0o751);
  const changed = await put('new/deep/file.bin', 'second', { 'if-match': tag });
  expect([changed.status, await readFile(world.inside('new/deep/file.bin'), 'utf8')]).toEqual([200, 'second']);
  expect((await stat(world.inside('new/deep/file.bin'))).mode & 0o777).toBe(0o751);
  expect((await put('empty', '')).status).toBe(201);
  const before = await picture(world.base);
  for (const [what, send, status] of [
    ['a part', () => put('new/deep/file.bin', 'x', { 'content-range': 'bytes 0-0/5' }), 400],
    ['a declared size over the limit', () => put('big', Buffer.alloc(1_000_001)), 413],
    ['a streamed size over the limit', () => put('n/big', chunks(Buffer.alloc(100_000), 11)), 413],
    ['a folder', () => put('new', 'x'), 409],
    ['a folder by its slash', () => put('fresh/', 'x'), 400],
    ['the workspace', () => put(world.workspace, 'x'), 403],
    ['nothing', () => put('', 'x'), 400],
  ] as const) {
    expect((await send()).status, what).toBe(status);
    expect(await picture(world.base), what).toEqual(before);
  }
});

it('reads and writes nothing outside, and nothing in a read-only root', async () => {
  await using world = await makeWorld();
  await mkdir(join(world.base, 'data'));
  await writeFile(join(world.base, 'data/d.txt'), 'data');
  await symlink(world.outside, world.inside('out'));
  await symlink(join(world.outside, 'secret.txt'), world.inside('secret-link'));
  await symlink(join(world.outside, 'new.txt'), world.inside('dangling'));
  await symlink('good.txt', world.inside('inner'));
  await run('mkfifo', [world.inside('fifo')]);
  await using server = await httpServer(world.workspace, ['--read-only-roots', join(world.base, 'data')]);
  expect(await (await server.file('inner')).text()).toBe('good\n');
  expect(await (await server.file(`${world.base}/data/d.txt`)).text()).toBe('data');
  const before = await picture(world.base);
  for (const path of [
    'out/secret.txt',
    'secret-link',
    'dangling',
    'out/new/x.txt',
    'fifo',
    `${world.outside}/secret.txt`,
    '/etc/passwd',
    '/proc/self/environ',
    `${world.workspace}-sibling/secret.txt`,
    `${world.base}/data/d.txt`,
    `${world.base}/data/new.txt`,
    'a\0b',
  ]) {
    for (const method of path.endsWith('/data/d.txt') ? ['PUT'] : ['GET', 'HEAD', 'PUT']) {
      const response = await server.file(path, { method, ...(method === 'PUT' && { body: 'overwritten' }) });
      const text = await response.text();
      expect(response.status, `${method} ${path}: ${text}`).toBeGreaterThanOrEqual(400);
      expect(response.status, `${method} ${path}: ${text}`).toBeLessThan(500);
      expect(text, `${method} ${path}`).not.toContain(secret);
      expect(await picture(world.base), `${method} ${path}`).toEqual(before);
    }
  }
  // Dots that the client does not resolve itself.
  for (const path of [
    '/v1/file/content/../../../beyond/secret.txt',
    '/v1/file/content/%2e%2e/beyond/secret.txt',
    '/v1/file/content/..%2fbeyond%2fsecret.txt',
  ]) {
    const { status, text } = await raw(server, path);
    expect(status, text).toBeGreaterThanOrEqual(400);
    expect(text).not.toContain(secret);
  }
});

function raw(server: HttpServer, path: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, path, headers: { authorization: `Bearer ${key}` } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end();
  });
}

it('streams large files in both directions within bounded memory', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('large'), 'begin');
  await truncate(world.inside('large'), 400_000_000);
  await using server = await httpServer(world.workspace);
  await (await server.file('good.txt')).text();
  const most = async () => Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${server.child.pid}/status`, 'utf8'))?.[1]) / 1024;
  const before = await most();
  let bytes = 0;
  for await (const chunk of (await server.file('large')).body ?? []) bytes += chunk.byteLength;
  expect(bytes).toBe(400_000_000);
  const put = await server.file('copy', stream(chunks(Buffer.alloc(1_000_000, 'x'), 200)));
  expect(put.status).toBe(201);
  expect((await stat(world.inside('copy'))).size).toBe(200_000_000);
  // 600 MB went through; what is left of it waits for the collector.
  expect((await most()) - before, 'MiB over idle').toBeLessThan(128);
});

it('breaks off when a file becomes shorter, instead of ending as if that were all', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('shrinking'), Buffer.alloc(50_000_000));
  await using server = await httpServer(world.workspace);
  const response = await server.file('shrinking');
  const reader = response.body?.getReader();
  await reader?.read();
  await truncate(world.inside('shrinking'), 100);
  await expect(
    (async () => {
      while (!(await reader?.read())?.done);
    })(),
  ).rejects.toThrow();
  expect((await server.file('good.txt')).status).toBe(200);
});

it('F26 leaves the old file and no other one when the disk is full', async () => {
  await using world = await makeWorld();
  await using disk = await smallDisk(world);
  await using server = await httpServer(world.workspace);
  for (const make of [() => ({ method: 'PUT', body: Buffer.alloc(1_000_000) }), () => stream(chunks(Buffer.alloc(100_000), 10))]) {
    for (const path of ['small/old.txt', 'small/new/new.txt']) {
      const response = await server.file(path, make());
      expect(response.status).toBe(507);
      expect(await errorOf(response)).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
      expect(await disk.now()).toEqual(disk.before);
    }
  }
});

it('leaves nothing of an upload that breaks off, and F27 the old file when the server is killed in one', async () => {
  await using world = await makeWorld();
  await using server = await httpServer(world.workspace);
  const temporary = async () => (await readdir(world.workspace)).filter((name) => name.endsWith('.tmp'));
  const until = async (holds: () => Promise<boolean>) => {
    while (!(await holds())) await delay(10);
  };
  const ending = new AbortController();
  const broken = server.file('good.txt', { ...stream(endless('new content')), signal: ending.signal });
  await until(async () => (await temporary()).length === 1);
  // Other changes of the same file need not wait for it.
  const other = await server.file('good.txt', { method: 'PUT', body: 'other\n' });
  expect(other.status).toBe(200);
  ending.abort();
  await expect(broken).rejects.toThrow();
  await until(async () => (await temporary()).length === 0);
  expect(await readFile(world.inside('good.txt'), 'utf8')).toBe('other\n');
  const killed = server.file('good.txt', stream(endless('new content')));
  await until(async () => (await temporary()).length === 1);
  server.child.kill('SIGKILL');
  await expect(killed).rejects.toThrow();
  expect(await readFile(world.inside('good.txt'), 'utf8')).toBe('other\n');
  expect((await world.client.call('file_list')).text).toBe('good.txt');
});

it('refuses an upload whose file was changed or deleted meanwhile, when that was asked for', async () => {
  await using world = await makeWorld();
  await using server = await httpServer(world.workspace);
  const tag = String((await server.file('good.txt', { method: 'HEAD' })).headers.get('etag'));
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const slow = server.file('good.txt', { ...stream(readable), headers: { 'if-match': tag } });
  await writer.write(Buffer.from('mine'));
  while ((await readdir(world.workspace)).length < 2) await delay(10);
  await using other = await open(world.inside('good.txt'), 'w');
  await other.writeFile('theirs');
  await writer.close();
  expect((await slow).status).toBe(412);
  expect(await readFile(world.inside('good.txt'), 'utf8')).toBe('theirs');
});
