/** Makes folders; moves and deletes. Works on held folders, so nothing outside is reached. */
import { constants, mkdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { ToolError } from '@sandlot/core';
import { hasErrno } from '../confine/errors.ts';
import type { Handle } from '../confine/handle.ts';
import { readNames } from '../confine/name-bytes.ts';
import { makeMissing } from './replace.ts';
import { assertVersion, readVersion } from './version.ts';
import { type Changeable, type Found, isFound, type Workspace } from './workspace.ts';
import { Held } from '../confine/held.ts';
import { quote } from './names.ts';

/** How much was touched. */
export interface Counts {
  files: number;
  folders: number;
}

/** Makes a folder and those above it; false when it was there. */
export async function makeFolder(workspace: Workspace, path: string): Promise<boolean> {
  return workspace.inOrder([path], async () => {
    using spot = workspace.spot(path);
    if (isFound(spot)) {
      if (spot.target.stats.isDirectory()) return false;
      throw new ToolError('ALREADY_EXISTS', `${quote(path)} exists already and is not a folder.`);
    }
    using place = workspace.changeable(path);
    using made = new Held();
    mkdirSync(makeMissing(place, made).at(place.name));
    return true;
  });
}

/** Moves or renames a file, folder or link. */
export async function movePath(
  workspace: Workspace,
  source: string,
  destination: string,
  overwrite: boolean,
): Promise<{ replaced: boolean; version?: string }> {
  return workspace.inOrder(
    [source, destination],
    async () => {
      using from = existingPlace(workspace, source);
      using to = workspace.changeable(destination, { follow: false });
      assertHoldsNoRoot(workspace, from);
      assertNotInside(from, to);
      assertTarget(from, to, overwrite);
      const version = await versionOf(from.target);
      using made = new Held();
      renameSync(from.parent.at(from.name), makeMissing(to, made).at(to.name));
      return { replaced: to.target !== undefined, ...(version !== undefined && { version }) };
    },
    { follow: false },
  );
}

/** Deletes a file or link, or with `recursive` a folder and all in it. Links are never followed. */
export async function deletePath(
  workspace: Workspace,
  path: string,
  options: { recursive: boolean; ifVersion?: string | undefined; signal?: AbortSignal },
): Promise<Counts> {
  return workspace.inOrder(
    [path],
    async () => {
      using spot = existingPlace(workspace, path);
      assertHoldsNoRoot(workspace, spot);
      if (options.ifVersion !== undefined) {
        await using file = await spot.target.open(constants.O_RDONLY);
        assertVersion(path, options.ifVersion, await readVersion(file));
      }
      if (!spot.target.stats.isDirectory()) {
        unlinkSync(spot.parent.at(spot.name));
        return { files: 1, folders: 0 };
      }
      if (!options.recursive && readNames(spot.target.path).length > 0) throw needsRecursive(path, 'delete');
      const counts = { files: 0, folders: 0 };
      await deleteFolder(workspace, spot.parent, spot.name, spot.target, counts, options.signal);
      return counts;
    },
    { follow: false },
  );
}

function existingPlace(workspace: Workspace, path: string): Found & Changeable {
  const place = workspace.changeable(path, { follow: false });
  if (isFound(place)) return place;
  place[Symbol.dispose]();
  throw new ToolError('NOT_FOUND', `${quote(path)} does not exist.`);
}

/** The error for a folder where `recursive` is missing. */
export function needsRecursive(path: string, verb: string): ToolError {
  return new ToolError('FAILED_PRECONDITION', `${quote(path)} is a folder.`, {
    advice: `Set recursive to ${verb} it with all that is in it.`,
  });
}

/** @throws ToolError when something is there that is not replaced */
export function assertTarget(from: Found, to: Changeable, overwrite: boolean): void {
  if (!isFound(to)) return;
  const [source, target] = [from.target.stats, to.target.stats];
  if (source.dev === target.dev && source.ino === target.ino) {
    throw new ToolError('INVALID_ARGUMENT', `${quote(from.path)} and ${quote(to.path)} are the same.`);
  }
  if (!overwrite)
    throw new ToolError('ALREADY_EXISTS', `${quote(to.path)} exists already.`, {
      advice: 'Set overwrite to replace it, or give the full new name.',
    });
  if (!target.isDirectory() && !target.isFile() && !target.isSymbolicLink()) {
    throw new ToolError('FAILED_PRECONDITION', `${quote(to.path)} is not a regular file; it is not replaced.`);
  }
  if (target.isDirectory())
    throw new ToolError('FAILED_PRECONDITION', `${quote(to.path)} is a folder; folders are not replaced.`, {
      advice: 'Delete it first, or give the full new name.',
    });
}

function assertNotInside(from: Found, to: Changeable): void {
  if (!from.target.stats.isDirectory()) return;
  if (`${to.parent.place()}/`.startsWith(`${from.target.place()}/`))
    throw new ToolError('INVALID_ARGUMENT', `${quote(from.path)} cannot be moved into itself, to ${quote(to.path)}.`, {
      advice: 'Choose a destination outside the folder.',
    });
}

/** The version of a file; none of anything else, or of a file that may be moved but not read. */
async function versionOf(target: Handle): Promise<string | undefined> {
  if (!target.stats.isFile()) return undefined;
  try {
    await using file = await target.open(constants.O_RDONLY);
    return await readVersion(file);
  } catch (error) {
    if (ToolError.is(error) || hasErrno(error, 'EACCES', 'EPERM', 'ENOENT')) return undefined;
    throw error;
  }
}

/** A root inside a folder would be lost with it. */
function assertHoldsNoRoot(workspace: Workspace, { path, target }: Found): void {
  if (!target.stats.isDirectory()) return;
  const place = `${target.place()}/`;
  const inner = workspace.roots.all.find(({ handle }) => handle.place().startsWith(place));
  if (inner) throw new ToolError('PERMISSION_DENIED', `${quote(path)} holds the root ${quote(inner.path)}.`);
}

async function deleteFolder(
  workspace: Workspace,
  parent: Handle,
  name: string,
  folder: Handle,
  counts: Counts,
  signal?: AbortSignal,
): Promise<void> {
  // Other calls, and a cancellation, get their turn between folders.
  await setImmediate();
  for (const entry of readNames(folder.path)) {
    signal?.throwIfAborted();
    using child = folder.child(entry);
    if (workspace.roots.find(child))
      throw new ToolError('PERMISSION_DENIED', `${quote(entry)} is a root of the workspace and stays as it is.`);
    if (child.stats.isDirectory()) {
      await deleteFolder(workspace, folder, entry, child, counts, signal);
    } else {
      unlinkSync(folder.at(entry));
      counts.files++;
    }
  }
  rmdirSync(parent.at(name));
  counts.folders++;
}
