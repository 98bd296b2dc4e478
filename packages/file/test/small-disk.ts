/** A disk that is soon full. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { picture, type World } from './world.ts';

const run = promisify(execFile);

/** A mounted disk. */
export interface SmallDisk extends AsyncDisposable {
  /** What it held at first. */
  readonly before: Record<string, string>;
  /** What it holds now. */
  now(): Promise<Record<string, string>>;
  /** Lets nothing more be written. */
  makeReadOnly(): Promise<void>;
}

/** Mounts a disk of 256 KiB as the folder `small` of a workspace, with a file `old.txt`. Needs root. */
export async function smallDisk(world: World): Promise<SmallDisk> {
  if (process.getuid?.() !== 0) throw new Error('This test mounts a file system: run it as root.');
  const folder = world.inside('small');
  await mkdir(folder);
  await run('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
  await writeFile(world.inside('small/old.txt'), 'old\n');
  return {
    before: await picture(folder),
    now: () => picture(folder),
    makeReadOnly: async () => void (await run('mount', ['-o', 'remount,ro', folder])),
    [Symbol.asyncDispose]: async () => void (await run('umount', [folder])),
  };
}
