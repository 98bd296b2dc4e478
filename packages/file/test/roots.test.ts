/** Several roots, some of them read-only, also inside one another. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { file } from '../src/index.ts';
import { aims, picture } from './world.ts';

const changing = Object.keys(aims).filter(
  (name) =>
    !['read', 'read bytes', 'list', 'grep', 'glob', 'glob folders', 'stat', 'copy from', 'pack from', 'unpack from', 'watch'].includes(
      name,
    ),
);

it('reads and changes further roots, only reads read-only ones, and starts when one is missing', async () => {
  await using base = await temporaryFolder();
  const [workspace, more, data] = ['ws', 'more', 'data'].map((name) => join(base.path, name));
  const vendor = join(base.path, 'ws/vendor');
  const inner = join(base.path, 'ws/outer/inner');
  for (const path of [vendor, more, data, inner]) {
    if (path === undefined) throw new Error('unreachable');
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'f.txt'), 'SECRET\n');
  }
  await writeFile(join(base.path, 'ws/good.txt'), 'good\n');
  await symlink(String(data), join(base.path, 'ws/to-data'));
  const logged: string[] = [];
  await using client = await connect(file, {
    workspace: String(workspace),
    caps: ['all'],
    options: { roots: `${more}:${join(base.path, 'nowhere')}`, readOnlyRoots: `${data}:${vendor}:${inner}` },
    onLog: (line) => logged.push(line),
  });
  for (const path of [`${more}/f.txt`, `${data}/f.txt`, 'vendor/f.txt', 'to-data/f.txt']) {
    expect((await client.call('file_read', { path })).text, path).toBe('SECRET\n');
  }
  expect((await client.call('file_write', { path: `${more}/g.txt`, content: 'x' })).isError).toBe(false);
  expect(logged.join('')).toContain('nowhere');
  const before = await picture(base.path);
  for (const path of [
    `${data}/f.txt`,
    `${data}/new.txt`,
    `${vendor}/f.txt`,
    'vendor/f.txt',
    'vendor/new.txt',
    'vendor/x/y.txt',
    'to-data/f.txt',
    'to-data/new.txt',
  ]) {
    for (const name of changing) {
      const [tool, args] = aims[name]?.(path) ?? ['', {}];
      const answer = await client.call(tool, args);
      expect(answer.error?.code, `${name} ${path}: ${answer.text}`).toBe(
        name === 'mkdir' && path.endsWith('f.txt') ? 'ALREADY_EXISTS' : 'PERMISSION_DENIED',
      );
    }
  }
  for (const [tool, args] of [
    ['file_delete', { path: 'vendor', recursive: true }],
    ['file_move', { source: 'vendor', destination: 'elsewhere' }],
    ['file_move', { source: 'outer', destination: 'elsewhere' }],
    ['file_delete', { path: 'outer', recursive: true }],
    ['file_delete', { path: String(more), recursive: true }],
  ] as const) {
    expect((await client.call(tool, args)).error?.code).toBe('PERMISSION_DENIED');
  }
  expect(await picture(base.path)).toEqual(before);
});

it('takes a read-only workspace', async () => {
  await using base = await temporaryFolder();
  await writeFile(join(base.path, 'good.txt'), 'good\n');
  await using client = await connect(file, { workspace: base.path, caps: ['all'], options: { readOnlyRoots: [base.path] } });
  expect((await client.call('file_read', { path: 'good.txt' })).text).toBe('good\n');
  for (const [tool, args] of [
    ['file_write', { path: 'x', content: '' }],
    ['file_checkpoint', {}],
    ['file_pack', { source: 'good.txt', archive: 'a.zip' }],
  ] as const) {
    expect((await client.call(tool, args)).error?.code, tool).toBe('PERMISSION_DENIED');
  }
});
