/** Errors and facts: what they hold, and what they never show raw. */
import { mkdir, chmod, writeFile } from 'node:fs/promises';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { file } from '../src/index.ts';
import { makeWorld } from './world.ts';

// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/;

it('escapes and cuts what an error repeats', async () => {
  await using world = await makeWorld();
  const nasty = 'a\u001B[31m\rb\nc\u202E';
  const long = `${'x/'.repeat(1500)}y`;
  for (const value of [nasty, long]) {
    for (const [tool, args] of [
      ['file_read', { path: value }],
      ['file_edit', { path: value, edits: [{ old_string: 'a', new_string: 'b' }] }],
      ['file_read', { path: `good.txt/${value}` }],
      ['file_read', { path: 'good.txt', encoding: value }],
      ['file_read', { path: `/${value}` }],
      ['file_list', { path: value }],
      ['file_list', { cursor: value }],
      ['file_move', { source: value, destination: 'x' }],
      ['file_copy', { source: value, destination: 'x' }],
      ['file_delete', { path: value }],
      ['file_grep', { pattern: `${value}(` }],
      ['file_grep', { pattern: value }],
      ['file_grep', { pattern: 'x', glob: `../${value}` }],
      ['file_grep', { pattern: 'x', type: value }],
      ['file_glob', { pattern: `../${value.slice(0, 1900)}` }],
      ['file_glob', { pattern: value.slice(0, 1900) }],
      ['file_diff', { from: value }],
      ['file_watch', { cursor: value }],
      ['file_pack', { source: 'good.txt', archive: value }],
      ['file_patch', { patch: `*** Begin Patch\n*** Delete File: ${value.replace('\n', '')}\n*** End Patch` }],
    ] as const) {
      const answer = await world.client.call(tool, args);
      const what = `${tool} ${JSON.stringify(args).slice(0, 60)}: ${answer.text.slice(0, 600)}`;
      expect(control.test(answer.text), what).toBe(false);
      expect(answer.text.length, what).toBeLessThan(1000);
    }
  }
});

it('gives as facts what the text says', async () => {
  await using world = await makeWorld();
  const { client } = world;
  await writeFile(world.inside('a.txt'), 'one\ntwo\n', { mode: 0o644 });
  const stat = await client.call('file_stat', { paths: ['a.txt', '.', 'gone'] });
  expect(stat.facts).toMatchObject({
    entries: 2,
    limits: { read_bytes: 50_000, watch_entries: 200_000 },
    paths: [
      {
        path: 'a.txt',
        kind: 'file',
        size: 8,
        mode: '0644',
        mime: 'text/plain',
        encoding: 'utf-8',
        lines: 2,
        mtime: expect.stringMatching(/^\d{4}-/),
        version: expect.any(String),
      },
      {
        path: '.',
        kind: 'folder',
        free: expect.any(Number),
      },
      { path: 'gone', kind: 'missing' },
    ],
  });
  const { version } = (await client.call('file_read', { path: 'a.txt' })).facts;
  expect((await client.call('file_move', { source: 'a.txt', destination: 'b.txt' })).facts).toEqual({ replaced: false, version });
  await mkdir(world.inside('folder'));
  expect((await client.call('file_move', { source: 'folder', destination: 'other' })).facts).toEqual({ replaced: false });
  const patch =
    '*** Begin Patch\n*** Add File: new.txt\n+x\n*** Update File: b.txt\n*** Move to: c.txt\n@@\n-one\n+1\n two\n*** Delete File: good.txt\n*** End Patch';
  const patched = await client.call('file_patch', { patch });
  const versionOf = async (path: string) => (await client.call('file_read', { path })).facts['version'];
  expect(patched.facts).toEqual({
    files: 3,
    fuzz: 0,
    changes: [
      { action: 'added', path: 'new.txt', hunks: 1, fuzz: 0, version: await versionOf('new.txt') },
      { action: 'moved', path: 'b.txt', move_to: 'c.txt', hunks: 1, fuzz: 0, version: await versionOf('c.txt') },
      { action: 'deleted', path: 'good.txt', hunks: 0, fuzz: 0 },
    ],
  });
});

it('says what to do in the words of the case', async () => {
  await using world = await makeWorld();
  const { client } = world;
  await mkdir(world.inside('folder'));
  const into = await client.call('file_move', { source: 'folder', destination: 'folder/sub/x' });
  expect([into.error?.code, into.text]).toEqual(['INVALID_ARGUMENT', expect.stringContaining('into itself')]);
  expect((await client.call('file_edit', { path: 'good.txt', edits: [] })).error?.code).toBe('INVALID_ARGUMENT');
  expect((await client.call('file_read', { path: 'good.txt', offset: 0 })).error?.code).toBe('INVALID_ARGUMENT');
  for (const pattern of ['[abc', 'a{b,c'])
    expect((await client.call('file_glob', { pattern })).error?.code, pattern).toBe('INVALID_ARGUMENT');
  expect((await client.call('file_grep', { pattern: 'x', type: 'nonsense' })).error?.advice).toContain('glob');
  expect((await client.call('file_grep', { pattern: 'x', glob: '[a' })).error?.advice).not.toContain('Rust');
  await client.call('file_pack', { source: 'good.txt', archive: 'a.tgz' });
  const { stdout: whole } = { stdout: (await client.call('file_read', { path: 'a.tgz', as: 'base64' })).text };
  const cut = Buffer.from(whole, 'base64').subarray(0, 60);
  await writeFile(world.inside('cut.tgz'), cut);
  expect((await client.call('file_unpack', { archive: 'cut.tgz', destination: 'out' })).error?.advice).toContain('again');
  const from = (await client.call('file_checkpoint')).facts['checkpoint'];
  await chmod(world.inside('good.txt'), 0o755);
  expect((await client.call('file_diff', { from })).text).toMatch(/changed good\.txt\nmode 0\d{3} -> 0755/);
});

it('does not tell to copy into a workspace that is read-only itself', async () => {
  await using folder = await temporaryFolder();
  await using other = await temporaryFolder();
  const adviceWith = async (options: Record<string, unknown>) => {
    await using client = await connect(file, { workspace: folder.path, options });
    return (await client.call('file_write', { path: `${folder.path}/x`, content: 'x' })).error?.advice;
  };
  expect(await adviceWith({ readOnlyRoots: [folder.path] })).toContain('read only');
  expect(await adviceWith({ readOnlyRoots: [folder.path], roots: [other.path] })).toContain(other.path);
});
