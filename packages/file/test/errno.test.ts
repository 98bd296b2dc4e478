/** F26: what the operating system refuses. The old file is intact, no temporary file stays, and the server goes on. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { httpServer } from './http-server.ts';
import { makeWorld, picture } from './world.ts';

const run = promisify(execFile);
const nobody = 65_534;

function asRoot(): void {
  if (process.getuid?.() !== 0) throw new Error('This test changes users and mounts: run it as root.');
}

it('F26 EACCES: files and folders of another user', async () => {
  asRoot();
  await using world = await makeWorld();
  await chmod(world.base, 0o755);
  await writeFile(world.inside('private.txt'), 'private');
  await chmod(world.inside('private.txt'), 0o600);
  await mkdir(world.inside('closed'));
  await writeFile(world.inside('closed/f.txt'), 'closed');
  await chmod(world.inside('closed'), 0o700);
  await mkdir(world.inside('own'));
  await chown(world.inside('own'), nobody, nobody);
  await using server = await httpServer(world.workspace, [], { uid: nobody });
  const before = await picture(world.workspace);
  for (const [tool, args] of [
    ['file_read', { path: 'private.txt' }],
    ['file_write', { path: 'private.txt', content: 'x' }],
    ['file_edit', { path: 'private.txt', edits: [{ old_string: 'private', new_string: 'x' }] }],
    ['file_write', { path: 'new.txt', content: 'x' }],
    ['file_write', { path: 'closed/f.txt', content: 'x' }],
    ['file_list', { path: 'closed' }],
    ['file_move', { source: 'good.txt', destination: 'own/good.txt' }],
    ['file_delete', { path: 'good.txt' }],
    ['file_mkdir', { path: 'folder' }],
  ] as const) {
    const { text, code } = await server.call(tool, args);
    expect(code, `${tool} ${JSON.stringify(args)}: ${text}`).toBe('PERMISSION_DENIED');
    expect(await picture(world.workspace), tool).toEqual(before);
  }
  expect((await server.file('good.txt', { method: 'PUT', body: 'x' })).status).toBe(403);
  expect(await picture(world.workspace)).toEqual(before);
  expect((await server.call('file_write', { path: 'own/new.txt', content: 'x' })).code).toBeUndefined();
});

it('F32 a file of another user, whose owner cannot be kept, is refused', async () => {
  asRoot();
  await using world = await makeWorld();
  await chmod(world.base, 0o755);
  await mkdir(world.inside('own'));
  await writeFile(world.inside('own/theirs.txt'), 'theirs');
  await chown(world.inside('own'), nobody, nobody);
  await chmod(world.inside('own/theirs.txt'), 0o666);
  await using server = await httpServer(world.workspace, [], { uid: nobody });
  const before = await picture(world.workspace);
  const { text, code } = await server.call('file_write', { path: 'own/theirs.txt', content: 'x' });
  expect([code, text]).toEqual(['PERMISSION_DENIED', expect.stringContaining('could not be kept')]);
  expect(await picture(world.workspace)).toEqual(before);
});

it('F26 EMFILE: too many open files at once are an error of those calls only', async () => {
  await using world = await makeWorld();
  await using server = await httpServer(world.workspace, [], { openFiles: 48 });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      server.call('file_write', { path: `f-${i}.txt`, content: 'x'.repeat(100_000) }).catch(() => undefined),
    ),
  );
  for (const answer of answers) if (answer?.code !== undefined) expect(answer.code, answer.text).toBe('RESOURCE_EXHAUSTED');
  for (const name of await readdir(world.workspace)) {
    expect(name).not.toContain('.tmp');
    if (name.startsWith('f-')) expect((await readFile(world.inside(name))).length).toBe(100_000);
  }
  // The client's idle connections take descriptors, too, for some seconds.
  while ((await server.call('file_write', { path: 'after.txt', content: 'x' })).code !== undefined) await delay(100);
});

it('F26 EBUSY: a file that is a mount', async () => {
  asRoot();
  await using world = await makeWorld();
  await writeFile(world.inside('mounted.txt'), 'old');
  await run('mount', ['--bind', world.inside('mounted.txt'), world.inside('mounted.txt')]);
  try {
    const before = await picture(world.workspace);
    for (const [tool, args] of [
      ['file_write', { path: 'mounted.txt', content: 'x' }],
      ['file_edit', { path: 'mounted.txt', edits: [{ old_string: 'old', new_string: 'x' }] }],
      ['file_move', { source: 'mounted.txt', destination: 'moved.txt' }],
      ['file_delete', { path: 'mounted.txt' }],
    ] as const) {
      const answer = await world.client.call(tool, args);
      expect(answer.error?.code, `${tool}: ${answer.text}`).toBe('FAILED_PRECONDITION');
      expect(await picture(world.workspace), tool).toEqual(before);
    }
  } finally {
    await run('umount', [world.inside('mounted.txt')]);
  }
});

it('F26 ETXTBSY: a program that runs is replaced, not changed', async () => {
  await using world = await makeWorld();
  await copyFile('/bin/sleep', world.inside('program'));
  await chmod(world.inside('program'), 0o755);
  const child = spawn(world.inside('program'), ['600'], { stdio: 'ignore' });
  await once(child, 'spawn');
  try {
    const answer = await world.client.call('file_write', { path: 'program', content: '#!/bin/sh\n' });
    expect(answer.isError, answer.text).toBe(false);
    expect(await readFile(world.inside('program'), 'utf8')).toBe('#!/bin/sh\n');
    expect(child.exitCode).toBeNull();
  } finally {
    child.kill('SIGKILL');
  }
});
