/** Copies files and folders. Works on held folders, so nothing outside is reached. */
import { constants, mkdirSync, symlinkSync } from 'node:fs';
import { ToolError } from '@sandlot/core';
import { type Handle, kindOf } from '../confine/handle.ts';
import { Held } from '../confine/held.ts';
import { readNames, toPath } from '../confine/name-bytes.ts';
import { LeftOut } from './left-out.ts';
import { assertTarget, type Counts, needsRecursive } from './manage.ts';
import { quote } from './names.ts';
import { assertWritable, makeMissing, replaceFile } from './replace.ts';
import { copyBytes } from './source.ts';
import type { Workspace } from './workspace.ts';

/** What a copy made, and what it left out. */
export interface Copied extends Counts {
  readonly leftOut: LeftOut;
}

/** Copies a file, a link, or with `recursive` a folder. */
export async function copyPath(
  workspace: Workspace,
  source: string,
  destination: string,
  options: { overwrite: boolean; recursive: boolean; signal?: AbortSignal },
): Promise<Copied> {
  return workspace.inOrder([source, destination], async () => {
    using from = workspace.existing(source);
    using to = workspace.changeable(destination);
    if (from.target.stats.isDirectory() && !options.recursive) throw needsRecursive(source, 'copy');
    assertTarget(from, to, options.overwrite);
    assertWritable(to);
    using made = new Held();
    const copied = { files: 0, folders: 0, leftOut: new LeftOut() };
    await copyInto(from.target, makeMissing(to, made), to.name, { old: to.target, shown: source, copied, signal: options.signal });
    return copied;
  });
}

interface CopyJob {
  /** What is in the place of the copy. */
  readonly old?: Handle | undefined;
  /** The source's path, as the caller gave it. */
  readonly shown: string;
  readonly copied: Copied;
  readonly signal: AbortSignal | undefined;
}

async function copyInto(source: Handle, folder: Handle, name: string, job: CopyJob): Promise<void> {
  const { old, copied, signal } = job;
  signal?.throwIfAborted();
  if (source.stats.isFile()) {
    await using file = await source.open(constants.O_RDONLY);
    const mode = Number(source.stats.mode & 0o777n);
    await replaceFile(
      folder,
      name,
      async (made) => {
        await copyBytes(file, made, signal);
        await made.chmod(mode);
      },
      { old: old?.stats, mustBeNew: old === undefined },
    );
    copied.files++;
    return;
  }
  if (!source.stats.isDirectory()) throw new ToolError('FAILED_PRECONDITION', `${quote(name)} is neither file nor folder.`);
  await copyFolder(source, folder, name, job);
}

async function copyFolder(source: Handle, folder: Handle, name: string, { shown, copied, signal }: CopyJob): Promise<void> {
  const leave = (entry: string, why: string) => copied.leftOut.add(`${shown}/${entry}`, why);
  const entries = readNames(source.path);
  mkdirSync(folder.at(name));
  using copy = folder.child(name);
  copied.folders++;
  for (const entry of entries) {
    using child = source.child(entry);
    // A copy of a folder into itself would never end.
    if (child.stats.ino === copy.stats.ino && child.stats.dev === copy.stats.dev) continue;
    if (child.stats.isSymbolicLink()) {
      symlinkSync(toPath(source.linkTarget(entry)), copy.at(entry));
      copied.files++;
    } else if (child.stats.isFile() || child.stats.isDirectory()) {
      await copyInto(child, copy, entry, { shown: `${shown}/${entry}`, copied, signal });
    } else {
      leave(entry, kindOf(child.stats));
    }
  }
}
