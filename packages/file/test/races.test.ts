/** F9, F10: a process swaps folders and files of the path for links to the outside as fast as it can. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorld, picture, secret, type World } from './world.ts';

/** How long each race runs: with SANDLOT_TEST_FULL a minute. */
const raceMs = process.env['SANDLOT_TEST_FULL'] ? 60_000 : 8000;

const swapper = `
  const fs = require('node:fs');
  const [real, aside, link, target] = process.argv.slice(1);
  process.on('message', () => process.exit(0));
  for (let i = 0; ; i++) {
    try { fs.renameSync(real, aside); } catch {}
    try { fs.symlinkSync(target, real); } catch {}
    try { fs.unlinkSync(real); } catch {}
    try { fs.renameSync(aside, real); } catch {}
    if (i % 1000 === 0 && process.ppid === 1) process.exit(0);
  }`;

function swap(real: string, target: string): AsyncDisposable {
  const child = spawn(process.execPath, ['-e', swapper, real, `${real}.aside`, '', target], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function race(
  world: World,
  swapped: readonly [string, string],
  calls: readonly (readonly [string, Record<string, unknown>])[],
): Promise<{ calls: number; good: number }> {
  const before = await picture(world.outside);
  await using _ = swap(...swapped);
  const end = performance.now() + raceMs;
  const seen = { calls: 0, good: 0 };
  while (performance.now() < end) {
    const answers = await Promise.all(calls.map(([tool, args]) => world.client.call(tool, args)));
    for (const [i, answer] of answers.entries()) {
      seen.calls++;
      if (!answer.isError) seen.good++;
      expect(answer.error?.code, `${calls[i]?.[0]}: ${answer.text}`).not.toBe('INTERNAL');
      expect(JSON.stringify([answer.text, answer.facts]), calls[i]?.[0]).not.toContain(secret);
      expect(answer.text, calls[i]?.[0]).not.toContain('sub/secret.txt');
    }
  }
  expect(await picture(world.outside)).toEqual(before);
  return seen;
}

it('F9 never leaves while a folder of the path is swapped for a link', async () => {
  await using world = await makeWorld();
  await mkdir(world.inside('a/b/sub'), { recursive: true });
  await writeFile(world.inside('a/b/secret.txt'), 'inside SECRET inside');
  await writeFile(world.inside('a/b/sub/own.txt'), 'inside');
  await mkdir(join(world.outside, 'b/sub'), { recursive: true });
  await writeFile(join(world.outside, 'b/secret.txt'), secret);
  const path = 'a/b/secret.txt';
  const seen = await race(
    world,
    [world.inside('a'), world.outside],
    [
      ['file_read', { path }],
      ['file_write', { path: 'a/b/new.txt', content: 'x' }],
      ['file_write', { path: 'a/b/log.txt', content: 'x', mode: 'append' }],
      ['file_edit', { path, edits: [{ old_string: 'inside SECRET', new_string: 'inside SECRET ' }] }],
      ['file_edit', { path, edits: [{ old_string: 'SECRET ', new_string: 'SECRET' }] }],
      ['file_delete', { path: 'a/b/new.txt' }],
      ['file_mkdir', { path: 'a/made/deep' }],
      ['file_delete', { path: 'a/made', recursive: true }],
      ['file_list', { depth: 10 }],
      ['file_grep', { pattern: 'TOP-SECRET' }],
      ['file_glob', { pattern: '**/secret.txt' }],
      ['file_glob', { pattern: '**', type: 'any' }],
      ['file_stat', { path }],
      ['file_copy', { source: 'a/b', destination: 'copy', recursive: true }],
      ['file_delete', { path: 'copy', recursive: true }],
    ],
  );
  expect(seen.good).toBeGreaterThan(0);
});

it('F10 never leaves while the last name is swapped for a link', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('f'), 'inside');
  const seen = await race(
    world,
    [world.inside('f'), join(world.outside, 'secret.txt')],
    [
      ['file_read', { path: 'f' }],
      ['file_read', { path: 'f', as: 'base64' }],
      ['file_write', { path: 'f', content: 'inside' }],
      ['file_write', { path: 'f', content: '', mode: 'append' }],
      ['file_edit', { path: 'f', edits: [{ old_string: 'SECRET', new_string: 'x' }] }],
      ['file_grep', { pattern: 'SECRET', path: 'f' }],
      ['file_copy', { source: 'f', destination: 'g', overwrite: true }],
      ['file_move', { source: 'g', destination: 'f', overwrite: true }],
    ],
  );
  expect(seen.good).toBeGreaterThan(0);
  expect(JSON.stringify(await picture(world.workspace))).not.toContain(secret);
});
