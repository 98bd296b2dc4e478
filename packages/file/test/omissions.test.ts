/** What an answer leaves out, it says: in its text and in its facts. */
import { execFile } from 'node:child_process';
import { link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { makeWorld } from './world.ts';

const run = promisify(execFile);
const shown = String.raw`caf\xe9.txt`;

/** A file whose name is Latin-1, beside one whose name holds a true U+FFFD. */
async function withInvalidName(folder: string): Promise<void> {
  await writeFile(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.txt')]), 'needle\n');
  await writeFile(`${folder}/real\uFFFD.txt`, 'needle\n');
}

it('copies and packs what it can, and names the rest', async () => {
  await using world = await makeWorld();
  const folder = world.inside('from');
  await mkdir(folder);
  await withInvalidName(folder);
  await symlink('../good.txt', `${folder}/link`);
  await run('mkfifo', [`${folder}/pipe`]);
  const server = createServer().listen(`${folder}/sock`);
  await once(server, 'listening');
  try {
    const copied = await world.client.call('file_copy', { source: 'from', destination: 'copy', recursive: true });
    expect(copied.facts).toMatchObject({ files: 3, folders: 1, omitted: 2 });
    expect(copied.facts['omitted_names']).toEqual(expect.arrayContaining(['from/pipe', 'from/sock']));
    for (const part of ['from/pipe (fifo)', 'from/sock (socket)']) expect(copied.text).toContain(part);
    expect((await readdir(world.inside('copy'))).toSorted()).toEqual(['caf\uFFFD.txt', 'link', 'real\uFFFD.txt']);
    const packed = await world.client.call('file_pack', { source: 'from', archive: 'a.zip' });
    expect(packed.facts).toMatchObject({ entries: 1, omitted: 4 });
    for (const part of ['link (link)', 'pipe (fifo)', 'sock (socket)', shown]) expect(packed.text).toContain(part);
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
