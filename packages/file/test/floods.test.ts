/** F17–F27: nothing hangs, floods the caller, or leaves half a file. */
import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { smallDisk } from './small-disk.ts';
import { aims, makeWorld } from './world.ts';

const run = promisify(execFile);
const most = 4 * 1024 * 1024;

it('F17 refuses devices, FIFOs and sockets at once, and F18 stays quick after', async () => {
  await using world = await makeWorld();
  await run(
    'mkfifo',
    [0, 1, 2, 3, 4, 5].map((i) => world.inside(`fifo-${i}`)),
  );
  const socket = createServer().listen(world.inside('socket'));
  const special = ['fifo-0', 'fifo-1', 'fifo-2', 'fifo-3', 'fifo-4', 'fifo-5', 'socket'];
  if (process.getuid?.() === 0) {
    await run('mknod', [world.inside('zero'), 'c', '1', '5']);
    special.push('zero');
  }
  const names = Object.keys(aims).filter((name) => !['stat', 'move from', 'delete', 'mkdir'].includes(name));
  await Promise.all(
    special.flatMap((path) =>
      names.map(async (name) => {
        const [tool, args] = aims[name]?.(path) ?? ['', {}];
        const answer = await world.client.call(tool, args);
        expect(answer.isError, `${name} ${path}: ${answer.text}`).toBe(true);
        expect(answer.error?.code, `${name} ${path}: ${answer.text}`).not.toBe('INTERNAL');
      }),
    ),
  );
  // No worker thread is lost in an open that never ends: reads in parallel still work.
  const reads = await Promise.all(Array.from({ length: 20 }, () => world.client.call('file_read', { path: 'good.txt' })));
  expect(reads.every(({ text }) => text === 'good\n')).toBe(true);
  const found = await world.client.call('file_grep', { pattern: 'good' });
  expect(found.text).toContain('good.txt:1: good');
  socket.close();
});

it('F19 answers in bounds for files of any size', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('sparse'), 'first\nsecond\n');
  await truncate(world.inside('sparse'), 2 * 1024 ** 3 + 10);
  const bytes = await world.client.call('file_read', { path: 'sparse', as: 'base64', offset: 2 * 1024 ** 3, limit: 100 });
  expect(Buffer.from(bytes.text, 'base64').length).toBe(11);
  await writeFile(world.inside('huge'), 'x'.repeat(70_000));
  await truncate(world.inside('huge'), 100 * 1024 ** 3);
  for (const [tool, args] of [
    ['file_read', { path: 'huge' }],
    ['file_read', { path: 'huge', as: 'text', offset: -5 }],
    ['file_edit', { path: 'huge', edits: [{ old_string: 'x', new_string: 'y' }] }],
    ['file_stat', { path: 'huge' }],
  ] as const) {
    const answer = await world.client.call(tool, args);
    expect(answer.error?.code, answer.text.slice(0, 200)).not.toBe('INTERNAL');
    expect(answer.text.length).toBeLessThan(200_000);
  }
});

it('F20 cuts a line of 50 MB and says so', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('long'), `${'x'.repeat(50_000_000)}needle\nshort\n`);
  const cut = await world.client.call('file_read', { path: 'long' });
  expect(cut.text).toMatch(/^x{2000}… \[49998007 bytes cut\]\nshort\n/);
  expect(cut.facts).toMatchObject({ truncated: true, total_lines: 2, end_line: 2 });
  const whole = await world.client.call('file_read', { path: 'long', max_bytes: 1_000_000 });
  expect(whole.text.length).toBeLessThan(1_001_000);
  expect(whole.facts).toMatchObject({ truncated: true, next_offset: 2 });
  const found = await world.client.call('file_grep', { pattern: 'needle' });
  expect(found.facts).toMatchObject({ matches: 1 });
  expect(found.text.length).toBeLessThan(2000);
});

it('F21 reads a file that grows or shrinks without going past it', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('moving'), 'line of text\n'.repeat(400_000));
  const writer = await open(world.inside('moving'), 'a');
  const reads = Array.from({ length: 10 }, async (_, i) => {
    if (i % 2 === 0) await writer.truncate(13 * (390_000 - i * 30_000));
    else await writer.writeFile('line of text\n'.repeat(1000));
    return world.client.call('file_read', { path: 'moving', offset: 5, limit: 3 });
  });
  for (const { text, isError } of await Promise.all(reads)) {
    expect(isError, text).toBe(false);
    expect(text.length).toBeLessThan(60_000);
  }
  await writer.close();
});

it('F22 pages folders of 10,000 entries, and walks 1,000 levels', async () => {
  await using world = await makeWorld();
  await mkdir(world.inside('many'));
  await Promise.all(Array.from({ length: 10_000 }, (_, i) => writeFile(world.inside(`many/${String(i).padStart(5, '0')}`), '')));
  const seen: string[] = [];
  for (let cursor: unknown, pages = 0; pages < 30; pages++) {
    const answer = await world.client.call('file_list', { path: 'many', ...(cursor !== undefined && { cursor }) });
    expect(answer.facts['total']).toBe(10_000);
    seen.push(...answer.text.split('\n').filter((line) => /^\d{5}$/.test(line)));
    cursor = answer.facts['next_cursor'];
    if (cursor === undefined) break;
  }
  expect(seen).toEqual(Array.from({ length: 10_000 }, (_, i) => String(i).padStart(5, '0')));
  const nested = await world.client.call('file_list', { depth: 2 });
  expect(nested.text).toContain('many/… and 9900 more');
  await mkdir(world.inside('d/'.repeat(1000)), { recursive: true });
  const deep = await world.client.call('file_list', { depth: 1000, path: 'd' });
  expect(deep.facts['total']).toBe(999);
  expect(deep.text.length).toBeLessThan(most);
});

it.runIf(process.env['SANDLOT_TEST_FULL'])('F22 lists a folder of 1,000,000 entries', async () => {
  await using world = await makeWorld();
  await mkdir(world.inside('vast'));
  for (let i = 0; i < 1_000_000; i++) closeSync(openSync(world.inside(`vast/${i}`), 'w'));
  const answer = await world.client.call('file_list', { path: 'vast' });
  expect(answer.facts).toMatchObject({ total: 200_000, shown: 500, next_cursor: '500', truncated: true });
  expect(answer.text).toContain('more than these 200000 entries');
  const found = await world.client.call('file_glob', { pattern: '99999?', path: 'vast', sort: 'name' });
  expect(found.facts).toMatchObject({ total: 10, truncated: false });
});

it('F23 takes any pattern in time, and F24 any glob', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('evil.txt'), `${'a'.repeat(50_000)}b\n-e leading\n`);
  const start = performance.now();
  for (const pattern of ['(a+)+$', '(a|a)*c', `(?:${'x?'.repeat(1000)})${'x'.repeat(1000)}`, 'y'.repeat(5000)]) {
    const answer = await world.client.call('file_grep', { pattern });
    expect(answer.isError, answer.text.slice(0, 300)).toBe(false);
  }
  const dash = await world.client.call('file_grep', { pattern: '-e lead' });
  expect(dash.text).toBe('evil.txt:2: -e leading');
  expect((await world.client.call('file_grep', { pattern: '--files', fixed_string: true })).isError).toBe(false);
  const wrong = await world.client.call('file_grep', { pattern: '(' });
  expect(wrong.error?.code).toBe('INVALID_ARGUMENT');
  expect(wrong.text).toContain('unclosed group');
  for (const pattern of [
    '**/**/**/*{a,b}{c,d}{e,f}',
    `${'*a'.repeat(200)}b`,
    '/good.txt',
    '**/*',
    '{a,{b,c}}',
    `${world.workspace}/*.txt`,
  ]) {
    const answer = await world.client.call('file_glob', { pattern });
    expect(answer.isError, `${pattern}: ${answer.text}`).toBe(false);
    expect(answer.text).not.toContain('beyond');
  }
  for (const pattern of ['../*', 'a/../../*', '{x,..}/*', '{a,b}'.repeat(20), '[', 'a{b']) {
    expect((await world.client.call('file_glob', { pattern })).error?.code, pattern).toBe('INVALID_ARGUMENT');
  }
  expect((await world.client.call('file_grep', { pattern: 'SECRET', glob: '../beyond/*' })).text).not.toContain('TOP');
  expect(performance.now() - start).toBeLessThan(60_000);
});

it('F25 takes up to 8 MiB and refuses more, and the connection lives', async () => {
  await using world = await makeWorld();
  const limit = 8 * 1024 * 1024;
  expect((await world.client.call('file_write', { path: 'big', content: 'x'.repeat(limit) })).facts['bytes']).toBe(limit);
  const over = await world.client.call('file_write', { path: 'big', content: 'y'.repeat(9_000_000) });
  expect(over.error?.code).toBe('PAYLOAD_TOO_LARGE');
  await expect(world.client.call('file_write', { path: 'big', content: 'y'.repeat(64_000_000) })).rejects.toThrow();
  expect((await readFile(world.inside('big'), 'utf8')).startsWith('x')).toBe(true);
  expect((await world.client.call('file_read', { path: 'good.txt' })).text).toBe('good\n');
});

it('F26 leaves the old file and no other one when the disk is full', async () => {
  await using world = await makeWorld();
  await using disk = await smallDisk(world);
  for (const [tool, args] of [
    ['file_write', { path: 'small/old.txt', content: 'x'.repeat(1_000_000) }],
    ['file_write', { path: 'small/old.txt', content: 'x'.repeat(1_000_000), mode: 'append' }],
    ['file_write', { path: 'small/new.txt', content: 'x'.repeat(1_000_000) }],
    ['file_edit', { path: 'small/old.txt', edits: [{ old_string: 'old', new_string: 'x'.repeat(1_000_000) }] }],
  ] as const) {
    const answer = await world.client.call(tool, args);
    expect(answer.error?.code, answer.text).toBe('RESOURCE_EXHAUSTED');
    expect(answer.text).toContain('full');
    expect(await disk.now()).toEqual(disk.before);
  }
  await disk.makeReadOnly();
  const readOnly = await world.client.call('file_write', { path: 'small/old.txt', content: 'x' });
  expect(readOnly.error?.code).toBe('PERMISSION_DENIED');
  expect(await disk.now()).toEqual(disk.before);
});

it('F27 leaves the old or the new file when the server is killed in a write', async () => {
  await using world = await makeWorld();
  const old = 'o'.repeat(4_000_000);
  const now = 'n'.repeat(4_000_000);
  const module = new URL('../src/workspace/', import.meta.url);
  const code = `
    const { Workspace } = await import(${JSON.stringify(`${module.href}workspace.ts`)});
    const { writeFile } = await import(${JSON.stringify(`${module.href}write.ts`)});
    const workspace = new Workspace({ path: ${JSON.stringify(world.workspace)} });
    process.stdout.write('ready');
    for (;;) for (const content of ['n'.repeat(4_000_000), 'o'.repeat(4_000_000)]) {
      await writeFile(workspace, { path: 'f', content, encoding: 'utf-8', mode: 'overwrite', createDirs: false });
    }`;
  for (let i = 0; i < 12; i++) {
    await writeFile(world.inside('f'), old);
    const child = spawn(process.execPath, ['--conditions=@sandlot/source', '--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    setTimeout(() => child.kill('SIGKILL'), i * 7);
    await promise;
    const content = await readFile(world.inside('f'), 'utf8');
    expect(content === old || content === now).toBe(true);
  }
  // What a killed write left behind is not shown.
  expect((await world.client.call('file_list')).text.split('\n').toSorted()).toEqual(['f', 'good.txt']);
});

it('F32 keeps mode and owner, and refuses a read-only file', async () => {
  await using world = await makeWorld();
  const path = world.inside('script.sh');
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o2755);
  if (process.getuid?.() === 0) {
    await chown(path, 1234, 2345);
    await chmod(path, 0o2755);
  }
  const before = await stat(path);
  for (const [tool, args] of [
    ['file_write', { content: '#!/bin/bash\n' }],
    ['file_write', { content: 'true\n', mode: 'append' }],
    ['file_edit', { edits: [{ old_string: 'true', new_string: 'false' }] }],
  ] as const) {
    expect((await world.client.call(tool, { path: 'script.sh', ...args })).isError).toBe(false);
    const { mode, uid, gid } = await stat(path);
    expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid });
  }
  expect(await readFile(path, 'utf8')).toBe('#!/bin/bash\nfalse\n');
  await chmod(path, 0o444);
  const refused = await world.client.call('file_write', { path: 'script.sh', content: 'x' });
  expect(refused.error?.code).toBe('PERMISSION_DENIED');
  expect(refused.text).toContain('0444');
  expect(await readdir(world.workspace)).toEqual(['good.txt', 'script.sh']);
  expect(join(world.workspace, 'script.sh')).toBe(path);
});
