/** Every limit can be set, and an answer that meets one says so. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { Limits } from '../src/limits.ts';
import { httpServer } from './http-server.ts';
import { makeWorld, type World } from './world.ts';

const run = promisify(execFile);
const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(2000)]);

/** A call that a limit ends, and what its answer says. */
type Case = readonly [limits: Record<string, number>, tool: string, args: Record<string, unknown>, says: RegExp | Record<string, unknown>];

const cases: Record<Exclude<keyof Limits, 'uploadBytes' | 'searchSeconds'>, Case> = {
  readBytes: [{ readBytes: 20 }, 'file_read', { path: 'lines.txt' }, { end_line: 2, truncated: true }],
  readLines: [{ readLines: 3 }, 'file_read', { path: 'lines.txt' }, { end_line: 3, truncated: true }],
  imageBytes: [{ imageBytes: 1000 }, 'file_read', { path: 'a.png' }, /images may have 1000/],
  writeBytes: [{ writeBytes: 10 }, 'file_write', { path: 'new.txt', content: 'x'.repeat(11) }, /at most 10 are taken/],
  editBytes: [
    { editBytes: 2_000_000 },
    'file_edit',
    { path: 'big.txt', edits: [{ old_string: 'a', new_string: 'b' }] },
    /up to 2000000 can be edited/,
  ],
  listEntries: [{ listEntries: 5 }, 'file_list', { path: 'many' }, { total: 5, truncated: true }],
  searchMatches: [{ searchMatches: 5 }, 'file_glob', { pattern: 'many/*' }, { total: 5, truncated: true }],
  watchEntries: [{ watchEntries: 5 }, 'file_watch', { path: 'many' }, /more than 5 entries/],
  archiveEntries: [{ archiveEntries: 5 }, 'file_unpack', { archive: 'many.tar', destination: 'out' }, /more than 5 entries/],
  archiveBytes: [{ archiveBytes: 1000 }, 'file_unpack', { archive: 'big.tgz', destination: 'out' }, /more than 1000 bytes/],
  archiveRatio: [{ archiveRatio: 2 }, 'file_unpack', { archive: 'zeros.tgz', destination: 'out' }, /more than 16777216 bytes/],
};

async function fill(world: World): Promise<void> {
  await mkdir(world.inside('many'));
  await Promise.all(Array.from({ length: 20 }, (_, i) => writeFile(world.inside(`many/f${i}`), '')));
  await writeFile(world.inside('lines.txt'), 'ten chars\n'.repeat(100));
  await writeFile(world.inside('a.png'), png);
  await writeFile(world.inside('big.txt'), `${'x'.repeat(3_000_000)}a`);
  await writeFile(world.inside('zeros'), Buffer.concat([randomBytes(1_000_000), Buffer.alloc(20_000_000)]));
  for (const args of [
    ['-cf', 'many.tar', 'many'],
    ['-czf', 'big.tgz', 'big.txt'],
    ['-czf', 'zeros.tgz', 'zeros'],
  ])
    await run('tar', args, { cwd: world.workspace });
}

for (const [name, [limits, tool, args, says]] of Object.entries(cases)) {
  it(`${name} can be set`, async () => {
    await using plain = await makeWorld();
    await using limited = await makeWorld(limits);
    for (const world of [plain, limited]) await fill(world);
    const usual = await plain.client.call(tool, args);
    expect(usual.isError, usual.text.slice(0, 300)).toBe(false);
    const answer = await limited.client.call(tool, args);
    if (says instanceof RegExp) {
      expect(answer.text).toMatch(says);
      expect(answer.isError).toBe(true);
    } else {
      expect(answer.facts).toMatchObject(says);
      if (says['total'] !== undefined) expect(answer.text).toContain('more');
      expect(usual.facts).not.toMatchObject(says);
    }
  });
}

it('searchSeconds can be set: a search that takes longer ends, and says so', async () => {
  await using world = await makeWorld({ searchSeconds: 1 });
  // Lines in which every place may begin a match, so that no automaton for it stays small.
  const text = randomBytes(20_000_000).map((byte, i) => (i % 1000 === 999 ? 10 : 97 + (byte % 2)));
  await writeFile(world.inside('slow.txt'), text);
  const answer = await world.client.call('file_grep', { pattern: '(?:a.{40}b.{40}){3}[^ab]', output: 'count' });
  expect(answer.facts).toMatchObject({ timed_out: true, truncated: true });
  expect(answer.text).toContain('time limit');
});

it('flags set them, and what is no limit is refused', async () => {
  await using world = await makeWorld();
  await using server = await httpServer(world.workspace, ['--write-bytes', '10', '--upload-bytes', '20']);
  expect((await server.call('file_write', { path: 'f', content: 'x'.repeat(11) })).text).toContain('at most 10');
  expect((await server.file('f', { method: 'PUT', body: 'x'.repeat(21) })).status).toBe(413);
  await expect(httpServer(world.workspace, ['--write-bytes', '0'])).rejects.toThrow();
});
