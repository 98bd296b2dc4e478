import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { makeWorld } from './world.ts';

it('tells what was made, changed and deleted since a cursor, by whomever', async () => {
  await using world = await makeWorld();
  await mkdir(world.inside('old'));
  await writeFile(world.inside('old/a'), '1');
  await writeFile(world.inside('.gitignore'), '*.log\n');
  const { cursor } = (await world.client.call('file_watch')).facts;
  await writeFile(world.inside('new.txt'), 'x');
  await writeFile(world.inside('x.log'), 'ignored');
  await world.client.call('file_write', { path: 'good.txt', content: 'better' });
  await rename(world.inside('old'), world.inside('moved'));
  const first = await world.client.call('file_watch', { cursor });
  expect(first.text.split('\n').slice(0, -1)).toEqual([
    'changed good.txt',
    'created moved/',
    'created moved/a',
    'created new.txt',
    'deleted old/',
    'deleted old/a',
  ]);
  // A cursor can be used again, and the new one goes on from here.
  expect((await world.client.call('file_watch', { cursor })).facts['changes']).toBe(6);
  expect((await world.client.call('file_watch', { cursor: first.facts['cursor'] })).facts['changes']).toBe(0);
});

it('waits for a change, and no longer than it may', async () => {
  await using world = await makeWorld();
  const { cursor } = (await world.client.call('file_watch')).facts;
  const waiting = world.client.call('file_watch', { cursor, wait_ms: 60_000 });
  await writeFile(world.inside('late.txt'), 'x');
  expect((await waiting).text).toContain('created late.txt');
  // The file may have been seen while it was still empty: begin anew.
  const { cursor: next } = (await world.client.call('file_watch')).facts;
  const nothing = await world.client.call('file_watch', { cursor: next, wait_ms: 150 });
  expect(nothing.facts).toEqual({ changes: 0, cursor: next });
  const ending = new AbortController();
  const cancelled = world.client.call('file_watch', { cursor: next, wait_ms: 600_000 }, { signal: ending.signal });
  ending.abort();
  await expect(cancelled).rejects.toThrow();
});

it('says when a cursor is too old, foreign or unknown', async () => {
  await using world = await makeWorld();
  const { cursor } = (await world.client.call('file_watch')).facts;
  const other = await world.client.as('other');
  for (const answer of [await other.call('file_watch', { cursor }), await world.client.call('file_watch', { cursor: 'w_unknown' })]) {
    expect(answer.error?.code).toBe('FAILED_PRECONDITION');
  }
  for (let i = 0; i < 16; i++) await world.client.call('file_watch');
  expect((await world.client.call('file_watch', { cursor })).text).toContain('too old');
  await rm(world.inside('good.txt'));
});
