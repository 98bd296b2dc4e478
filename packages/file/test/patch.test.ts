/** `file_patch`: either form, places by context, all or nothing. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { makeWorld, picture, type World } from './world.ts';

const text = 'class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 1\n';

async function patch(world: World, ...lines: string[]) {
  return world.client.call('file_patch', { patch: lines.join('\n') });
}

it('adds, updates at a heading, moves and deletes in one envelope', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('a.py'), text);
  await writeFile(world.inside('gone.txt'), 'x\n');
  await writeFile(world.inside('old.txt'), 'one\r\ntwo\r\n');
  const answer = await patch(
    world,
    '*** Begin Patch',
    '*** Add File: new/dir/n.txt',
    '+hello',
    '+world',
    '*** Update File: a.py',
    '@@ class B:',
    '     def f(self):',
    '-        return 1',
    '+        return 2',
    '*** Update File: old.txt',
    '*** Move to: sub/moved.txt',
    '@@',
    ' one',
    '-two',
    '+TWO',
    '+three',
    '*** Delete File: gone.txt',
    '*** End Patch',
  );
  expect(answer.isError, answer.text).toBe(false);
  expect(answer.facts).toMatchObject({ files: 4, fuzz: 0 });
  expect(await readFile(world.inside('new/dir/n.txt'), 'utf8')).toBe('hello\nworld\n');
  expect(await readFile(world.inside('a.py'), 'utf8')).toBe(text.replace(/return 1\n$/, 'return 2\n'));
  expect(await readFile(world.inside('sub/moved.txt'), 'utf8')).toBe('one\r\nTWO\r\nthree\r\n');
  expect((await world.client.call('file_list', { depth: 3 })).text.split('\n')).toEqual([
    'a.py',
    'good.txt',
    'new/',
    'new/dir/',
    'new/dir/n.txt',
    'sub/',
    'sub/moved.txt',
  ]);
});

it('applies what diff -u and git diff print, also at wrong line numbers', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('a.py'), `# moved down\n\n${text}`);
  const answer = await patch(
    world,
    'diff --git a/a.py b/a.py',
    '--- a/a.py\t2026-01-01',
    '+++ b/a.py',
    '@@ -5,3 +5,3 @@ class B:',
    ' class B:',
    '     def f(self):',
    '-        return 1',
    '+        return 2',
    '--- /dev/null',
    '+++ b/n.txt',
    '@@ -0,0 +1,2 @@',
    '+x',
    '+y',
    String.raw`\ No newline at end of file`,
    '--- a/good.txt',
    '+++ /dev/null',
    '@@ -1 +0,0 @@',
    '-good',
    '',
  );
  expect(answer.isError, answer.text).toBe(false);
  expect(await readFile(world.inside('a.py'), 'utf8')).toBe(`# moved down\n\n${text.replace(/return 1\n$/, 'return 2\n')}`);
  expect(await readFile(world.inside('n.txt'), 'utf8')).toBe('x\ny');
  expect((await world.client.call('file_stat', { path: 'good.txt' })).text).toContain('missing');
});

it('changes nothing when one hunk or one file does not fit', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('a.py'), text);
  const before = await picture(world.base);
  const update = ['*** Update File: good.txt', '@@', '-good', '+better'];
  for (const bad of [
    ['*** Update File: a.py', '@@', '-        return 3', '+        return 2'],
    ['*** Update File: a.py', '@@ class C:', '-        return 1', '+        return 2'],
    ['*** Add File: a.py', '+x'],
    ['*** Delete File: missing.txt'],
    ['*** Update File: ../beyond/secret.txt', '@@', '-TOP-SECRET-CONTENT', '+x'],
    ['*** Add File: ../beyond/new.txt', '+x'],
    ['*** Update File: a.py', '*** Move to: ../beyond/a.py', '@@', ' class A:'],
    ['*** Update File: a.py', '@@', '?what'],
  ]) {
    const answer = await patch(world, '*** Begin Patch', ...update, ...bad, '*** End Patch');
    expect(answer.isError, bad.join('|')).toBe(true);
    expect(answer.error?.code).not.toBe('INTERNAL');
    expect(await picture(world.base)).toEqual(before);
  }
  expect((await patch(world, '*** Begin Patch', ...update)).text).toContain('End Patch');
  expect((await patch(world, 'nothing')).error?.code).toBe('INVALID_ARGUMENT');
  await chmod(world.inside('a.py'), 0o444);
  expect((await patch(world, '*** Begin Patch', ...update, '*** Delete File: a.py', '*** End Patch')).error?.code).toBe(
    'PERMISSION_DENIED',
  );
  const dry = await world.client.call('file_patch', { patch: ['*** Begin Patch', ...update, '*** End Patch'].join('\n'), dry_run: true });
  expect(dry.text).toContain('It fits');
  expect(await readFile(world.inside('good.txt'), 'utf8')).toBe('good\n');
});

it('finds places whose whitespace differs, and says so', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('f'), 'if (a) {\n\treturn “x”;\n}  \nend');
  const answer = await patch(
    world,
    '*** Begin Patch',
    '*** Update File: f',
    '@@',
    ' if (a) {',
    '-    return "x";',
    '+\treturn 1;',
    ' }',
    '@@',
    '-end',
    '+END',
    '+more',
    '*** End of File',
    '*** End Patch',
  );
  expect(answer.facts).toMatchObject({ files: 1, fuzz: 3 });
  expect(await readFile(world.inside('f'), 'utf8')).toBe('if (a) {\n\treturn 1;\n}  \nEND\nmore');
});
