/** Checkpoints cover whoever changed the workspace, and going back loses nothing. */
import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorld, picture, type World } from './world.ts';

async function checkpoint(world: World, label = ''): Promise<string> {
  const answer = await world.client.call('file_checkpoint', { label });
  expect(answer.isError, answer.text).toBe(false);
  return String(answer.facts['checkpoint']);
}

/** The workspace without the store. */
async function state(world: World): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries(await picture(world.workspace)).filter(([path]) => !path.startsWith(world.inside('.sandlot'))));
}

async function fill(world: World): Promise<void> {
  await mkdir(world.inside('src/deep'), { recursive: true });
  await writeFile(world.inside('src/a.txt'), 'a\n');
  await writeFile(world.inside('src/deep/b.bin'), Buffer.from([0, 255, 1]));
  await writeFile(world.inside('run.sh'), '#!/bin/sh\n');
  await chmod(world.inside('run.sh'), 0o755);
  await symlink('src/a.txt', world.inside('link'));
}

it('goes back to a checkpoint, and from there forward again', async () => {
  await using world = await makeWorld();
  await fill(world);
  const first = await state(world);
  const start = await checkpoint(world, 'start');
  // As a shell would: not through the server.
  await rm(world.inside('src/deep'), { recursive: true });
  await writeFile(world.inside('src/a.txt'), 'b\n');
  await writeFile(world.inside('src/deep'), 'now a file');
  await chmod(world.inside('run.sh'), 0o700);
  await rm(world.inside('link'));
  await symlink('good.txt', world.inside('link'));
  await mkdir(world.inside('new/folder'), { recursive: true });
  await writeFile(world.inside('new/folder/n.txt'), 'n');
  const second = await state(world);
  const shown = await world.client.call('file_diff', { from: start });
  expect(shown.text).toContain('changed src/a.txt\n@@ -1,1 +1,1 @@\n-a\n+b');
  expect(shown.text).toContain('added new/folder/n.txt');
  expect(shown.text).toContain('deleted src/deep/b.bin');
  const back = await world.client.call('file_restore', { checkpoint: start });
  expect(back.facts['skipped'], back.text).toBe(0);
  expect(await state(world)).toEqual(first);
  const forward = await world.client.call('file_restore', { checkpoint: back.facts['checkpoint'] });
  expect(forward.facts['skipped'], forward.text).toBe(0);
  expect(await state(world)).toEqual(second);
  expect(
    (await world.client.call('file_diff', { from: start, to: String(back.facts['checkpoint']), path: 'src/a.txt' })).facts['changed'],
  ).toBe(1);
});

it('restores one path and leaves the rest', async () => {
  await using world = await makeWorld();
  await fill(world);
  const start = await checkpoint(world);
  await writeFile(world.inside('src/a.txt'), 'changed');
  await writeFile(world.inside('good.txt'), 'changed');
  const answer = await world.client.call('file_restore', { checkpoint: start, path: 'src/' });
  expect(answer.facts['restored'], answer.text).toBe(1);
  expect(await readFile(world.inside('src/a.txt'), 'utf8')).toBe('a\n');
  expect(await readFile(world.inside('good.txt'), 'utf8')).toBe('changed');
});

it('leaves alone what .gitignore leaves out, and folders that hold it', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('.gitignore'), '*.log\n');
  const start = await checkpoint(world);
  await mkdir(world.inside('later'));
  await writeFile(world.inside('later/x.log'), 'x');
  await writeFile(world.inside('later/y.txt'), 'y');
  const answer = await world.client.call('file_restore', { checkpoint: start });
  expect(answer.text).toContain('left later: the folder holds files');
  expect(await readFile(world.inside('later/x.log'), 'utf8')).toBe('x');
  await expect(stat(world.inside('later/y.txt'))).rejects.toThrow('ENOENT');
});

it('keeps each content once, and reads only what changed', async () => {
  await using world = await makeWorld();
  await mkdir(world.inside('many'));
  for (let i = 0; i < 500; i++) await writeFile(world.inside(`many/${i}`), `content ${i % 10}`);
  await checkpoint(world);
  const objects = async () => Object.keys(await picture(world.inside('.sandlot/undo/objects'))).length;
  expect(await objects()).toBe(11);
  await writeFile(world.inside('many/1'), 'something new');
  const again = await world.client.call('file_checkpoint');
  expect(again.facts).toMatchObject({ files: 501, changed: 1 });
  expect(await objects()).toBe(12);
});

it('shows a checkpoint to nobody else', async () => {
  await using world = await makeWorld();
  const mine = await checkpoint(world, 'mine');
  const other = await world.client.as('other');
  const unknown = await other.call('file_restore', { checkpoint: 'cp_unknown' });
  const foreign = await other.call('file_restore', { checkpoint: mine });
  expect(foreign.error).toEqual({ ...unknown.error, message: unknown.error?.message.replace('cp_unknown', mine) });
  expect((await other.call('file_checkpoint')).text).not.toContain(mine);
});

it('never writes through a link that came after the checkpoint', async () => {
  await using world = await makeWorld();
  await fill(world);
  const start = await checkpoint(world);
  const before = await picture(world.outside);
  await rm(world.inside('src'), { recursive: true });
  await symlink(world.outside, world.inside('src'));
  const answer = await world.client.call('file_restore', { checkpoint: start });
  expect(await picture(world.outside)).toEqual(before);
  expect(answer.isError, answer.text).toBe(false);
  expect(await readFile(world.inside('src/a.txt'), 'utf8')).toBe('a\n');
  await rm(world.inside('.sandlot'), { recursive: true });
  await symlink(join(world.outside), world.inside('.sandlot'));
  expect((await world.client.call('file_checkpoint')).isError).toBe(true);
  expect(await picture(world.outside)).toEqual(before);
});

it('says that a checkpoint is damaged, and how to go on', async () => {
  await using world = await makeWorld();
  const start = await checkpoint(world);
  for (const name of Object.keys(await picture(world.inside('.sandlot/undo/checkpoints')))) await writeFile(name, 'junk');
  const answer = await world.client.call('file_restore', { checkpoint: start });
  expect(answer.error?.code).toBe('FAILED_PRECONDITION');
  expect(answer.text).toContain('.sandlot/undo');
});
