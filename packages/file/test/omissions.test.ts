/** What an answer leaves out, it says: in its text and in its facts. */
import { execFile } from 'node:child_process';
import { link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { makeWorld, type World } from './world.ts';

const run = promisify(execFile);
const shown = String.raw`caf\xe9.txt`;

/** A file whose name is Latin-1, beside one whose name holds a true U+FFFD. */
async function withInvalidName(world: World, folder = world.workspace): Promise<void> {
  await writeFile(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.txt')]), 'needle\n');
  await writeFile(`${folder}/real\uFFFD.txt`, 'needle\n');
}

it('tells of names that are not valid UTF-8', async () => {
  await using world = await makeWorld();
  await withInvalidName(world);
  for (const [tool, args, facts] of [
    ['file_list', {}, { total: 2 }],
    ['file_list', { details: true, limit: 1 }, { total: 2 }],
    ['file_glob', { pattern: '*.txt' }, { total: 2, truncated: true }],
    ['file_glob', { pattern: '*.txt', type: 'any', sort: 'name' }, { total: 2, truncated: true }],
    ['file_glob', { pattern: 'caf*' }, { total: 0, truncated: true }],
    ['file_grep', { pattern: 'needle' }, { matches: 1, files: 1, truncated: true }],
    ['file_grep', { pattern: 'needle', output: 'files' }, { files: 1 }],
    ['file_grep', { pattern: 'needle', output: 'count' }, { matches: 1 }],
    ['file_grep', { pattern: 'needle', glob: 'caf*' }, { matches: 0 }],
    ['file_checkpoint', {}, { files: 2 }],
  ] as const) {
    const answer = await world.client.call(tool, args);
    expect(answer.facts, `${tool} ${JSON.stringify(args)}`).toMatchObject({ ...facts, omitted: 1, omitted_names: [shown] });
    expect(answer.text, tool).toContain(shown);
    expect(answer.text, tool).toContain('not valid UTF-8');
    expect(answer.text, tool).not.toContain('caf\uFFFD');
  }
  expect((await world.client.call('file_glob', { pattern: 'good*' })).facts).toEqual({ total: 1, truncated: false });
  expect((await world.client.call('file_read', { path: 'real\uFFFD.txt' })).text).toBe('needle\n');
  for (const path of ['caf\uFFFD.txt', shown]) {
    const { error } = await world.client.call('file_read', { path });
    expect(error?.code).toBe('NOT_FOUND');
    expect(error?.advice).toContain('not valid UTF-8');
    expect(error?.advice).not.toContain('file_list');
  }
});

it('copies and packs what it can, and names the rest', async () => {
  await using world = await makeWorld();
  const folder = world.inside('from');
  await mkdir(folder);
  await withInvalidName(world, folder);
  await symlink('../good.txt', `${folder}/link`);
  await run('mkfifo', [`${folder}/pipe`]);
  const server = createServer().listen(`${folder}/sock`);
  await once(server, 'listening');
  try {
    const copied = await world.client.call('file_copy', { source: 'from', destination: 'copy', recursive: true });
    expect(copied.facts).toMatchObject({ files: 2, folders: 1, omitted: 3 });
    expect(copied.facts['omitted_names']).toEqual(expect.arrayContaining([`from/${shown}`, 'from/pipe', 'from/sock']));
    for (const part of ['from/pipe (fifo)', 'from/sock (socket)', shown]) expect(copied.text).toContain(part);
    expect((await readdir(world.inside('copy'))).toSorted()).toEqual(['link', 'real\uFFFD.txt']);
    const packed = await world.client.call('file_pack', { source: 'from', archive: 'a.zip' });
    expect(packed.facts).toMatchObject({ entries: 1, omitted: 4 });
    for (const part of ['link (link)', 'pipe (fifo)', 'sock (socket)', shown]) expect(packed.text).toContain(part);
    const refused = await world.client.call('file_delete', { path: 'from', recursive: true });
    expect(refused.error?.message).toContain(shown);
    await mkdir(world.inside('above/a'), { recursive: true });
    await mkdir(world.inside('above/b'));
    await withInvalidName(world, world.inside('above/b'));
    const nested = await world.client.call('file_delete', { path: 'above', recursive: true });
    expect(nested.error?.message).toContain(`b/caf`);
    expect(await readdir(world.inside('above'))).toEqual(['a', 'b']);
    expect(await readFile(`${folder}/real\uFFFD.txt`, 'utf8')).toBe('needle\n');
    await Promise.all(Array.from({ length: 30 }, (_, i) => symlink('x', `${folder}/l${i}`)));
    const many = await world.client.call('file_pack', { source: 'from', archive: 'b.tgz' });
    expect(many.facts['omitted']).toBe(34);
    expect(many.facts['omitted_names']).toHaveLength(10);
    expect(many.text).toContain('24 more');
  } finally {
    server.close();
  }
});

it('does not count files that the policy for hard links refuses, and says so', async () => {
  await using world = await makeWorld({ hardLinks: 'refuse' });
  await writeFile(world.inside('one.txt'), 'needle\n');
  await writeFile(world.inside('two.txt'), 'needle\n');
  await link(world.inside('two.txt'), world.inside('three.txt'));
  for (const output of ['content', 'files', 'count']) {
    const answer = await world.client.call('file_grep', { pattern: 'needle', output });
    expect(answer.facts, output).toMatchObject({ matches: 1, files: 1, truncated: true, omitted: 2 });
    expect(answer.text, output).toContain('two.txt (several hard links)');
  }
});

it('shows the part of a long line in which the match is', async () => {
  await using world = await makeWorld();
  const line = `${'ä'.repeat(30_000)}needle${'ö'.repeat(30_000)}`;
  await writeFile(world.inside('long.txt'), `before\n${line}\nafter\n`);
  await writeFile(world.inside('wide.txt'), Buffer.from(`\uFEFFbefore\n${line}\n`, 'utf16le'));
  await writeFile(world.inside('medium.txt'), `${'x'.repeat(450)}needle\n`);
  for (const context of [0, 1]) {
    const answer = await world.client.call('file_grep', { pattern: 'needle', context });
    expect(answer.text).toMatch(/^long\.txt:2: …ä+needleö+…$/m);
    expect(answer.text).toMatch(/^wide\.txt:2: …ä+needleö+…$/m);
    expect(answer.text).toMatch(/^medium\.txt:1: x{450}needle$/m);
    expect(answer.text).not.toContain('\uFFFD');
    expect(answer.text.length).toBeLessThan(2500);
  }
});
