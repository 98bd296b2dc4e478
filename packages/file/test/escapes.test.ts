/** F1–F16: nothing outside the workspace is read, made, changed or told. */
import { link, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aims, leaks, makeWorld, picture, secret, type World } from './world.ts';

/** Aims every tool at a path; nothing may leave the workspace, and nothing outside may change. */
async function expectRefused(world: World, path: string, names = Object.keys(aims)): Promise<void> {
  for (const name of names) {
    const before = await picture(world.base);
    const [tool, args] = aims[name]?.(path) ?? ['', {}];
    const answer = await world.client.call(tool, args);
    expect(answer.isError, `${name} ${path}: ${answer.text}`).toBe(true);
    expect(answer.error?.code, `${name} ${path}: ${answer.text}`).not.toBe('INTERNAL');
    expect(leaks(answer, world, path), `${name} ${path}: ${answer.text}`).toBe(false);
    expect(await picture(world.base), `${name} ${path}`).toEqual(before);
  }
}

/** A link that is acted on itself, not followed, may be looked at, moved and deleted. */
const following = Object.keys(aims).filter((name) => !['stat', 'move from', 'move to', 'delete'].includes(name));

for (const confinement of ['descriptors', 'paths'] as const) {
  describe(`confined by ${confinement}`, () => {
    it('F1 resolves dots inside, and refuses those that lead out', async () => {
      await using world = await makeWorld({ confinement });
      await mkdir(world.inside('a/b'), { recursive: true });
      for (const path of ['./good.txt', 'a/../good.txt', 'a//b/../..//good.txt', `${world.workspace}/a/../good.txt`]) {
        expect((await world.client.call('file_read', { path })).text, path).toBe('good\n');
      }
      for (const path of [
        '../beyond/secret.txt',
        'a/../../beyond/secret.txt',
        'a/b/../../../beyond',
        '..',
        'a/../..',
        '../ws/../beyond/secret.txt',
        '/..',
        `${world.workspace}/../beyond/secret.txt`,
      ]) {
        await expectRefused(world, path);
      }
    });

    it('F2 refuses absolute paths outside', async () => {
      await using world = await makeWorld({ confinement });
      for (const path of [
        `${world.outside}/secret.txt`,
        '/etc/passwd',
        `/proc/self/root${world.outside}/secret.txt`,
        '/proc/self/cwd/package.json',
        '/dev/fd/0',
        `/proc/${process.pid}/environ`,
        '/',
      ]) {
        await expectRefused(world, path, following);
      }
    });

    it('F3 refuses a sibling whose name starts like the root', async () => {
      await using world = await makeWorld({ confinement });
      await expectRefused(world, `${world.workspace}-sibling/secret.txt`);
    });

    it('F4 never folds the case, dots or spaces of the root', async () => {
      await using world = await makeWorld({ confinement });
      for (const root of [join(world.base, 'WS'), `${world.workspace}.`, `${world.workspace} `])
        await expectRefused(world, `${root}/good.txt`);
      expect((await world.client.call('file_read', { path: `${world.workspace}/good.txt` })).text).toBe('good\n');
      expect((await world.client.call('file_list', { path: `${world.workspace}/` })).text).toContain('good.txt');
    });

    it('F5 refuses links that lead out, and follows those that stay inside', async () => {
      await using world = await makeWorld({ confinement });
      await mkdir(world.inside('d/e'), { recursive: true });
      await symlink(join(world.outside, 'secret.txt'), world.inside('file-link'));
      await symlink(world.outside, world.inside('folder-link'));
      await symlink('folder-link', world.inside('chain-1'));
      await symlink('../chain-1', world.inside('d/chain-2'));
      await symlink('../../../beyond', world.inside('d/e/relative'));
      await symlink('/', world.inside('slash'));
      for (const path of ['file-link', 'folder-link', 'd/chain-2', 'd/e/relative', 'slash']) await expectRefused(world, path, following);
      for (const path of [
        'folder-link/secret.txt',
        'folder-link/sub/secret.txt',
        'd/chain-2/secret.txt',
        'd/e/relative/secret.txt',
        `slash${world.outside}/secret.txt`,
        'folder-link/..',
        'folder-link/../ws/good.txt',
      ]) {
        await expectRefused(world, path);
      }
      await symlink('../good.txt', world.inside('d/inner'));
      await symlink(world.inside('d'), world.inside('absolute-inner'));
      expect((await world.client.call('file_read', { path: 'absolute-inner/inner' })).text).toBe('good\n');
      expect((await world.client.call('file_write', { path: 'd/inner', content: 'new\n' })).isError).toBe(false);
      expect(await readFile(world.inside('good.txt'), 'utf8')).toBe('new\n');
      for (const [tool, args] of [
        ['file_grep', { pattern: 'SECRET', ignored: true }],
        ['file_glob', { pattern: '**/secret*', ignored: true }],
        ['file_glob', { pattern: '**/secret*', type: 'any' }],
        ['file_list', { depth: 10 }],
      ] as const) {
        const answer = await world.client.call(tool, args);
        expect(answer.isError, answer.text).toBe(false);
        expect(answer.text, tool).not.toContain(secret);
        expect(answer.text, tool).not.toMatch(/^(?!.* -> ).*\/secret\.txt$/m);
      }
    });

    it('F6 refuses loops and long chains of links quickly', async () => {
      await using world = await makeWorld({ confinement });
      await symlink('loop-b', world.inside('loop-a'));
      await symlink('loop-a', world.inside('loop-b'));
      await symlink('good.txt', world.inside('chain-0'));
      for (let i = 1; i <= 60; i++) await symlink(`chain-${i - 1}`, world.inside(`chain-${i}`));
      expect((await world.client.call('file_read', { path: 'chain-20' })).text).toBe('good\n');
      for (const path of ['loop-a', 'loop-a/x', 'chain-60']) {
        // A busy machine may delay any one answer: the least counts, until it is in time.
        let least = Infinity;
        for (let attempt = 0; attempt < 20 && least >= 50; attempt++) {
          const start = performance.now();
          const answer = await world.client.call('file_read', { path });
          least = Math.min(least, performance.now() - start);
          expect(answer.text).toContain('more than 40 links');
        }
        expect(least, path).toBeLessThan(50);
      }
    });

    it('F7 does not make the target of a dangling link outside', async () => {
      await using world = await makeWorld({ confinement });
      await symlink(join(world.outside, 'new.txt'), world.inside('dangling'));
      await symlink('../beyond/new.txt', world.inside('dangling-relative'));
      for (const path of ['dangling', 'dangling-relative']) await expectRefused(world, path, following);
      await symlink('later.txt', world.inside('dangling-inner'));
      expect((await world.client.call('file_write', { path: 'dangling-inner', content: 'x' })).isError).toBe(false);
      expect(await readFile(world.inside('later.txt'), 'utf8')).toBe('x');
    });

    it('F8 makes no folder below a linked one', async () => {
      await using world = await makeWorld({ confinement });
      await symlink(world.outside, world.inside('out'));
      for (const path of ['out/new/file.txt', 'out/a/b/c.txt', 'missing/../../beyond/x.txt', 'missing/../good.txt'])
        await expectRefused(world, path);
    });

    it('F13 takes special spellings as names', async () => {
      await using world = await makeWorld({ confinement });
      for (const path of [
        '~',
        '~root',
        '$HOME',
        '%2e%2e',
        'uri:',
        String.raw`..\beyond\secret.txt`,
        '․․',
        '∕etc∕passwd',
        'caf\u00e9',
        'cafe\u0301',
      ]) {
        expect((await world.client.call('file_write', { path, content: path })).isError, path).toBe(false);
        expect(await readFile(join(world.workspace, path), 'utf8')).toBe(path);
      }
      for (const path of ['file:///etc/passwd', '%2E%2E/beyond/secret.txt', '~x/secret.txt', String.raw`\\server\share\x`]) {
        const answer = await world.client.call('file_read', { path });
        expect(answer.error?.code, path).toBe('NOT_FOUND');
      }
      expect(await readFile(join(world.outside, 'secret.txt'), 'utf8')).toBe(secret);
    });

    it('F14 refuses impossible names and escapes strange ones', async () => {
      await using world = await makeWorld({ confinement });
      for (const path of ['a\0b', '', 'x'.repeat(256), 'y'.repeat(5000), '\ud800', 'new/']) {
        await expectRefused(world, path, ['read', 'write', 'append', 'create', 'edit', 'list', 'grep', 'delete', 'move from']);
      }
      const deep = `${'d/'.repeat(1999)}file`;
      expect((await world.client.call('file_write', { path: deep, content: 'x' })).isError).toBe(false);
      expect((await world.client.call('file_read', { path: deep })).text).toBe('x');
      expect((await world.client.call('file_delete', { path: 'd', recursive: true })).facts).toEqual({ files: 1, folders: 1999 });
      const names = ['new\nline', 'esc\u001b[31m', 'bidi\u202egpj.exe'];
      for (const path of names) expect((await world.client.call('file_write', { path, content: 'SECRET' })).isError).toBe(false);
      // A name that is not valid UTF-8 can be listed, not addressed.
      await writeFile(Buffer.concat([Buffer.from(`${world.workspace}/bad-`), Buffer.from([0xff, 0xfe])]), 'SECRET');
      for (const [tool, args] of [
        ['file_list', {}],
        ['file_glob', { pattern: '*' }],
        ['file_grep', { pattern: 'SECRET' }],
        ['file_stat', { paths: names }],
      ] as const) {
        const { text, isError } = await world.client.call(tool, args);
        expect(isError, text).toBe(false);
        expect(text).toContain(String.raw`new\nline`);
        expect(text).toContain(String.raw`esc\x1b[31m`);
        expect(text).toContain(String.raw`bidi\u202egpj.exe`);
        // eslint-disable-next-line no-control-regex
        expect(text).not.toMatch(/[\u001b\u202e]/);
      }
      expect((await world.client.call('file_read', { path: 'new\nline' })).text).toBe('SECRET');
    });

    it('F15 keeps the root itself', async () => {
      await using world = await makeWorld({ confinement });
      for (const path of ['.', './', world.workspace, `${world.workspace}/`, 'a/..']) {
        await expectRefused(world, path, ['write', 'append', 'edit', 'move from', 'move to', 'copy to', 'delete']);
      }
    });
  });
}

it('F11 stops a recursive walk at a folder that was moved out', async () => {
  await using world = await makeWorld();
  await mkdir(world.inside('a/b/c'), { recursive: true });
  await writeFile(world.inside('a/b/c/deep.txt'), 'x');
  const { enterFolder } = await import('../src/search/tree.ts');
  const { byDescriptor } = await import('../src/confine/handle.ts');
  using root = byDescriptor(world.workspace);
  using a = enterFolder(root, 'a');
  await rename(world.inside('a/b'), join(world.outside, 'b'));
  await symlink(join(world.outside, 'b'), world.inside('a/b'));
  expect(a && enterFolder(a, 'b')).toBeUndefined();
  await rename(world.inside('a'), join(world.outside, 'a'));
  expect((await world.client.call('file_list', { depth: 10 })).text).toBe('good.txt');
});

it('F12 leaves the outer file of a hard link as it is', async () => {
  await using world = await makeWorld();
  const outer = join(world.outside, 'secret.txt');
  for (const [i, [tool, args]] of (
    [
      ['file_write', { content: 'x' }],
      ['file_write', { content: 'x', mode: 'append' }],
      ['file_edit', { edits: [{ old_string: 'SECRET', new_string: 'x' }] }],
    ] as const
  ).entries()) {
    await link(outer, world.inside(`hard-${i}`));
    const answer = await world.client.call(tool, { path: `hard-${i}`, ...args });
    expect(answer.isError, answer.text).toBe(false);
    expect(await readFile(outer, 'utf8')).toBe(secret);
  }
});

it('names no place outside in its answers', async () => {
  await using world = await makeWorld();
  await symlink(world.outside, world.inside('out'));
  const answer = await world.client.call('file_read', { path: 'out/secret.txt' });
  expect(answer.error?.code).toBe('PERMISSION_DENIED');
  expect(answer.text).not.toContain('beyond');
});

it('moves and deletes links that lead out, without following them', async () => {
  await using world = await makeWorld();
  await symlink(world.outside, world.inside('out'));
  const before = await picture(world.outside);
  expect((await world.client.call('file_move', { source: 'out', destination: 'renamed' })).isError).toBe(false);
  expect((await world.client.call('file_delete', { path: 'renamed', recursive: true })).facts).toEqual({ files: 1, folders: 0 });
  expect(await picture(world.outside)).toEqual(before);
});
