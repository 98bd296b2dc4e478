/** F12 and F16: what an operator may refuse, and what is allowed otherwise. Temporary files of killed writes. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { aims, makeWorld, secret, type World } from './world.ts';

const run = promisify(execFile);

/** A world with a file system mounted at `mnt`. */
async function withMount(options: Record<string, unknown>, work: (world: World) => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('This test mounts a file system: run it as root.');
  await using world = await makeWorld(options);
  await mkdir(world.inside('mnt'));
  await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', world.inside('mnt')]);
  try {
    await writeFile(world.inside('mnt/f.txt'), 'SECRET on the mount\n');
    await work(world);
  } finally {
    await run('umount', [world.inside('mnt')]);
  }
}

it('F16 treats a mount like any folder', () =>
  withMount({}, async ({ client, inside }) => {
    expect((await client.call('file_read', { path: 'mnt/f.txt' })).text).toBe('SECRET on the mount\n');
    expect((await client.call('file_write', { path: 'mnt/f.txt', content: 'new\n' })).isError).toBe(false);
    expect(await readFile(inside('mnt/f.txt'), 'utf8')).toBe('new\n');
    expect((await client.call('file_grep', { pattern: 'new' })).text).toBe('mnt/f.txt:1: new');
    expect((await client.call('file_list', { depth: 2 })).text).toContain('mnt/f.txt');
    expect((await client.call('file_copy', { source: 'good.txt', destination: 'mnt/good.txt' })).isError).toBe(false);
    const moved = await client.call('file_move', { source: 'good.txt', destination: 'mnt/moved.txt' });
    expect(moved.error?.code).toBe('FAILED_PRECONDITION');
    expect(moved.text).toContain('another file system');
    expect(existsSync(inside('good.txt'))).toBe(true);
    expect(existsSync(inside('mnt/moved.txt'))).toBe(false);
  }));

for (const confinement of ['descriptors', 'paths'] as const) {
  it(`F16 refuses a mount when it is told to (${confinement})`, () =>
    withMount({ mounts: 'refuse', confinement }, async (world) => {
      for (const path of ['mnt/f.txt', 'mnt/new.txt', 'mnt/deep/new.txt', 'mnt']) {
        for (const [name, aim] of Object.entries(aims)) {
          const [tool, args] = aim(path);
          const answer = await world.client.call(tool, args);
          expect(answer.error?.code, `${name} ${path}: ${answer.text}`).toMatch(/FAILED_PRECONDITION|ALREADY_EXISTS/);
          expect(answer.text, `${name} ${path}`).not.toContain('SECRET');
        }
      }
      for (const [tool, args] of [
        ['file_list', { depth: 5 }],
        ['file_glob', { pattern: '**', type: 'any' }],
        ['file_glob', { pattern: '**' }],
        ['file_grep', { pattern: 'SECRET' }],
      ] as const) {
        const answer = await world.client.call(tool, args);
        expect(answer.isError, answer.text).toBe(false);
        expect(answer.text).not.toContain('f.txt');
      }
      expect(await readFile(world.inside('mnt/f.txt'), 'utf8')).toBe('SECRET on the mount\n');
      expect((await world.client.call('file_read', { path: 'good.txt' })).text).toBe('good\n');
    }));
}

it('F12 refuses to open a file with a second name when it is told to', async () => {
  await using world = await makeWorld({ hardLinks: 'refuse' });
  const outer = join(world.outside, 'secret.txt');
  await link(outer, world.inside('hard'));
  for (const name of ['read', 'read bytes', 'append', 'edit', 'copy from'] as const) {
    const [tool, args] = aims[name]?.('hard') ?? ['', {}];
    const answer = await world.client.call(tool, args);
    expect(answer.error?.code, `${name}: ${answer.text}`).toBe('PERMISSION_DENIED');
    expect(answer.text, name).not.toContain('SECRET');
  }
  expect((await world.client.call('file_grep', { pattern: 'SECRET' })).text).not.toContain('SECRET-');
  expect(await readFile(outer, 'utf8')).toBe(secret);
});

/** Extended attributes by Python, which is where Node has none. */
async function python(code: string, ...args: string[]): Promise<string> {
  return (await run('python3', ['-c', `import os, sys, struct\n${code}`, ...args])).stdout.trim();
}

it('F32 keeps access control lists and extended attributes when it is told to, or refuses', async () => {
  await using world = await makeWorld({ attributes: 'all' });
  const path = world.inside('noted.txt');
  await writeFile(path, 'one\n');
  const entries = '[(1, 6, 0xffffffff), (2, 4, 1234), (4, 4, 0xffffffff), (16, 4, 0xffffffff), (32, 0, 0xffffffff)]';
  await python(
    `os.setxattr(sys.argv[1], 'user.note', b'kept')
acl = struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *entry) for entry in ${entries})
os.setxattr(sys.argv[1], 'system.posix_acl_access', acl)`,
    path,
  );
  const look = () => python('print({name: os.getxattr(sys.argv[1], name) for name in sorted(os.listxattr(sys.argv[1]))})', path);
  const before = await look();
  expect(before).toContain('posix_acl_access');
  for (const [tool, args] of [
    ['file_write', { content: 'two\n' }],
    ['file_write', { content: 'three\n', mode: 'append' }],
    ['file_edit', { edits: [{ old_string: 'three', new_string: 'four' }] }],
    ['file_write', { content: 'x'.repeat(2_000_000) }],
  ] as const) {
    const answer = await world.client.call(tool, { path: 'noted.txt', ...args });
    expect(answer.isError, answer.text).toBe(false);
    expect(await look(), tool).toBe(before);
  }
  expect((await stat(path)).size).toBe(2_000_000);
});

it('removes what a killed write left behind an hour ago, and nothing else', async () => {
  await using world = await makeWorld();
  await mkdir(world.inside('d'));
  const [old, fresh, other] = ['.sandlot-0123456789abcdef.tmp', '.sandlot-fedcba9876543210.tmp', '.sandlot-mine.tmp'].map((name) =>
    world.inside(`d/${name}`),
  );
  const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
  for (const path of [old, fresh, other]) await writeFile(String(path), 'x');
  for (const path of [old, other]) await utimes(String(path), longAgo, longAgo);
  expect((await world.client.call('file_write', { path: 'd/new.txt', content: 'x' })).isError).toBe(false);
  while (existsSync(String(old))) await delay(10);
  expect([existsSync(String(fresh)), existsSync(String(other))]).toEqual([true, true]);
});
