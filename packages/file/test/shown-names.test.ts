/** Every name that an answer shows can be given as a path, whatever its bytes. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { makeWorld, picture, type World } from './world.ts';

const latin1 = Buffer.from('caf\xe9.txt', 'latin1');
const shown = String.raw`caf\xe9.txt`;

function at(folder: string, name: Buffer | string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]);
}

/** A file whose name is Latin-1, beside one whose name holds a true U+FFFD. */
async function withLatin1(world: World): Promise<void> {
  await writeFile(at(world.workspace, latin1), 'needle\n');
  await writeFile(world.inside('real\uFFFD.txt'), 'needle\n');
}

async function names(folder: string): Promise<string[]> {
  return (await readdir(folder, 'buffer')).map((name) => name.toString('latin1')).toSorted();
}

it('lists, finds and searches names that are not valid UTF-8', async () => {
  await using world = await makeWorld();
  await withLatin1(world);
  for (const [tool, args, facts] of [
    ['file_list', {}, { total: 3 }],
    ['file_list', { details: true, sort: 'size' }, { total: 3 }],
    ['file_glob', { pattern: 'caf?.txt' }, { total: 1, truncated: false }],
    ['file_glob', { pattern: '*.txt', type: 'any', sort: 'name' }, { total: 3, truncated: false }],
    ['file_grep', { pattern: 'needle' }, { matches: 2, files: 2, truncated: false }],
    ['file_grep', { pattern: 'needle', output: 'files' }, { files: 2 }],
    ['file_grep', { pattern: 'needle', output: 'count' }, { matches: 2 }],
    ['file_grep', { pattern: 'needle', path: shown }, { matches: 1, files: 1 }],
  ] as const) {
    const answer = await world.client.call(tool, args);
    expect(answer.facts, `${tool} ${JSON.stringify(args)}`).toMatchObject(facts);
    expect(answer.facts, tool).not.toHaveProperty('omitted');
    expect(answer.text, tool).toContain(shown);
    expect(answer.text, tool).not.toContain('caf\uFFFD');
    expect(JSON.stringify(answer), tool).not.toMatch(/\\ud[c-f]/i);
  }
});

it('takes them as paths in every tool', async () => {
  await using world = await makeWorld();
  const { client } = world;
  await withLatin1(world);
  const ok = async (tool: string, args: Record<string, unknown>) => {
    const answer = await client.call(tool, args);
    expect(answer.isError, `${tool}: ${answer.text}`).toBe(false);
    expect(answer.text, tool).not.toContain('caf\uFFFD');
    return answer;
  };
  const { checkpoint } = (await ok('file_checkpoint', {})).facts as { checkpoint: string };
  const read = await ok('file_read', { path: shown });
  expect(read.text).toBe('needle\n');
  await ok('file_edit', { path: shown, edits: [{ old_string: 'needle', new_string: 'pin' }], if_version: read.facts['version'] });
  await ok('file_write', { path: shown, content: 'more\n', mode: 'append' });
  await ok('file_patch', { patch: `*** Begin Patch\n*** Update File: ${shown}\n@@\n-more\n+less\n*** End Patch` });
  expect(await readFile(at(world.workspace, latin1), 'utf8')).toBe('pin\nless\n');
  expect((await ok('file_stat', { path: shown })).facts).toMatchObject({ paths: [{ kind: 'file', size: 9 }] });
  expect((await ok('file_diff', { from: checkpoint, path: shown })).text).toContain('-needle');
  await ok('file_copy', { source: shown, destination: 'copy.txt' });
  expect(
    (await ok('file_unpack', { archive: (await ok('file_pack', { source: 'copy.txt', archive: 'a.zip' }), 'a.zip'), list: true })).text,
  ).toContain('copy.txt');
  await ok('file_restore', { checkpoint, path: shown });
  expect(await readFile(at(world.workspace, latin1), 'utf8')).toBe('needle\n');
  await ok('file_delete', { path: shown });
  expect(await names(world.workspace)).not.toContain('caf\xe9.txt');
  await ok('file_restore', { checkpoint });
  expect(await readFile(at(world.workspace, latin1), 'utf8')).toBe('needle\n');
  await ok('file_move', { source: shown, destination: 'good name.txt' });
  expect(await names(world.workspace)).not.toContain('caf\xe9.txt');
});

it('walks through folders with such names, and takes them away whole', async () => {
  await using world = await makeWorld();
  const folder = at(world.workspace, Buffer.from('d\xff', 'latin1'));
  const path = String.raw`d\xff/in\xc3\xa9\xfe/f.txt`;
  const inner = Buffer.concat([folder, Buffer.from('/in\xc3\xa9\xfe', 'latin1')]);
  await mkdir(inner, { recursive: true });
  await writeFile(Buffer.concat([inner, Buffer.from('/f.txt')]), 'deep\n');
  await symlink(inner, world.inside('link'));
  await symlink(Buffer.from('d\xff', 'latin1'), world.inside('relative'));
  for (const way of [path, 'link/f.txt', String.raw`relative/in\xc3\xa9\xfe/f.txt`]) {
    expect((await world.client.call('file_read', { path: way })).text, way).toBe('deep\n');
  }
  expect((await world.client.call('file_list', { depth: 3 })).text).toContain(path);
  expect((await world.client.call('file_grep', { pattern: 'deep' })).text).toContain(`${path}:1: deep`);
  expect((await world.client.call('file_copy', { source: String.raw`d\xff`, destination: 'copy', recursive: true })).facts).toMatchObject({
    files: 1,
    folders: 2,
  });
  expect(await names(world.inside('copy'))).toEqual(['in\xc3\xa9\xfe']);
  const deleted = await world.client.call('file_delete', { path: String.raw`d\xff`, recursive: true });
  expect(deleted.facts).toMatchObject({ files: 1, folders: 2 });
  expect(await names(world.workspace)).toEqual(['copy', 'good.txt', 'link', 'relative']);
});

it('takes names with control characters as they are shown', async () => {
  await using world = await makeWorld();
  for (const [index, name] of ['new\nline', 'tab\t', 'bell\x07', 'c1\u0085', 'rtl\u202e', 'back\\slash\x1b', 'back\\xslash'].entries()) {
    await writeFile(world.inside(name), `${index}\n`);
    const listed = (await world.client.call('file_list')).text.split('\n');
    const fresh = listed.find((line) => !['good.txt', ''].includes(line)) ?? '';
    expect((await world.client.call('file_read', { path: fresh })).text, fresh).toBe(`${index}\n`);
    expect((await world.client.call('file_delete', { path: fresh })).isError).toBe(false);
  }
});

it('takes a text for the name that it is, before the name that is shown so', async () => {
  await using world = await makeWorld();
  await withLatin1(world);
  await writeFile(world.inside(shown), 'literal\n');
  expect((await world.client.call('file_read', { path: shown })).text).toBe('literal\n');
  await world.client.call('file_delete', { path: shown });
  expect((await world.client.call('file_read', { path: shown })).text).toBe('needle\n');
});

it('decodes nothing else: what is shown as itself cannot be spelled by an escape', async () => {
  await using world = await makeWorld();
  await mkdir(world.inside('sub'));
  await symlink(world.outside, world.inside('out\x07'));
  const before = await picture(world.base);
  for (const path of [
    String.raw`\x2e\x2e/beyond/secret.txt`,
    String.raw`sub\x2f..\x2f..\x2fbeyond`,
    String.raw`\x67ood.txt`,
    String.raw`\u0067ood.txt`,
    String.raw`good.txt\x00`,
    String.raw`out\x07/secret.txt`,
    String.raw`\\`,
  ]) {
    for (const [tool, args] of [
      ['file_read', { path }],
      ['file_edit', { path, edits: [{ old_string: 'a', new_string: 'b' }] }],
      ['file_delete', { path }],
    ] as const)
      expect((await world.client.call(tool, args)).isError, `${tool} ${path}`).toBe(true);
  }
  expect(await picture(world.base)).toEqual(before);
  expect((await world.client.call('file_write', { path: String.raw`new\xe9.txt`, content: 'x' })).isError).toBe(false);
  expect(await names(world.workspace)).toContain(String.raw`new\xe9.txt`);
  expect((await world.client.call('file_read', { path: 'half\ud800' })).error?.code).toBe('INVALID_ARGUMENT');
});
