/** Puts a file in place in one step: readers and a killed server see the old content or the new, never a part. */
import { randomBytes } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ToolError } from '@sandlot/core';
import { hasErrno } from '../confine/errors.ts';
import type { Handle } from '../confine/handle.ts';
import { copyAttributes } from './attributes.ts';
import type { Changeable } from './workspace.ts';
import type { Held } from '../confine/held.ts';
import { quote } from './names.ts';

/** Options of {@link replaceFile}. */
export interface ReplaceOptions {
  /** Fails when something is there already. Default false. */
  mustBeNew?: boolean;
  /** The file that is replaced: its mode and owner are kept, and it must be unchanged. */
  old?: BigIntStats | undefined;
}

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;
const temporaryName = /^\.sandlot-[0-9a-f]{16}\.tmp$/;

/** Whether a name is one of a file that is being written. */
export function isTemporaryName(name: string): boolean {
  return name.startsWith('.sandlot-') && temporaryName.test(name);
}

/** A file that is written, under a temporary name, and not yet in place. */
export interface Staged extends AsyncDisposable {
  readonly file: FileHandle;
  /** Puts it in place under its name, in the same folder or another one of the same file system. */
  place(folder: Handle, name: string, options?: ReplaceOptions): Promise<void>;
}

/**
 * Makes an empty file with a temporary name. Disposing of it removes it, unless it was put in place.
 *
 * @param mode its mode until it is in place
 */
export async function stage(folder: Handle, mode = 0o666): Promise<Staged> {
  const temporary = newName();
  const file = await open(folder.at(temporary), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  let isPlaced = false;
  return {
    file,
    async place(target, name, { old, mustBeNew = false } = {}) {
      if (old) keepOwnerAndMode(file.fd, name, old);
      await file.close();
      put(folder.at(temporary), target, name, { old, mustBeNew });
      isPlaced = true;
    },
    async [Symbol.asyncDispose]() {
      await file.close();
      if (!isPlaced) remove(folder.at(temporary));
    },
  };
}

/**
 * Writes a file beside its final name, then puts it in place.
 *
 * @param fill writes the content
 */
export async function replaceFile(
  folder: Handle,
  name: string,
  fill: (file: FileHandle) => Promise<void>,
  options: ReplaceOptions = {},
): Promise<void> {
  await using staged = await stage(folder, options.old ? 0o600 : 0o666);
  await fill(staged.file);
  await staged.place(folder, name, options);
}

/**
 * {@link replaceFile} with a content that is at hand, at once: for small ones, waiting for threads takes most of the time.
 *
 * @returns what is known of the new file
 */
export function replaceNow(folder: Handle, name: string, content: Buffer, options: ReplaceOptions = {}): BigIntStats {
  const { old } = options;
  const temporary = folder.at(newName());
  const fd = openSync(temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, old ? 0o600 : 0o666);
  try {
    let stats;
    try {
      writeFileSync(fd, content);
      if (old) keepOwnerAndMode(fd, name, old);
      stats = fstatSync(fd, { bigint: true });
    } finally {
      closeSync(fd);
    }
    put(temporary, folder, name, options);
    return stats;
  } catch (error) {
    remove(temporary);
    throw error;
  }
}

function newName(): string {
  return `.sandlot-${randomBytes(8).toString('hex')}.tmp`;
}

function remove(temporary: string | Buffer): void {
  try {
    unlinkSync(temporary);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error;
  }
}

function put(temporary: string | Buffer, folder: Handle, name: string, { old, mustBeNew = false }: ReplaceOptions): void {
  if (old && folder.keepsAttributes) copyAttributes(folder.at(name), temporary, name);
  if (old) assertUnchanged(folder, name, old);
  if (mustBeNew) putNew(temporary, folder, name);
  else renameSync(temporary, folder.at(name));
}

function keepOwnerAndMode(fd: number, name: string, old: BigIntStats): void {
  const made = fstatSync(fd, { bigint: true });
  if (made.uid !== old.uid || made.gid !== old.gid) {
    try {
      fchownSync(fd, Number(old.uid), Number(old.gid));
    } catch (error) {
      throw new ToolError('PERMISSION_DENIED', `${quote(name)} belongs to another user (${old.uid}:${old.gid}), which could not be kept.`, {
        cause: error,
      });
    }
  }
  fchmodSync(fd, Number(old.mode & 0o7777n));
}

function assertUnchanged(folder: Handle, name: string, old: BigIntStats): void {
  using now = folder.child(name);
  if (now.stats.ino === old.ino && now.stats.mtimeNs === old.mtimeNs && now.stats.size === old.size) return;
  throw new ToolError('ABORTED', `${quote(name)} was changed by something else while the call ran.`);
}

/** A link fails when the name is taken, a rename would replace it. */
function putNew(temporary: string | Buffer, folder: Handle, name: string): void {
  try {
    linkSync(temporary, folder.at(name));
  } catch (error) {
    if (!hasErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
    assertAbsent(folder, name);
    return renameSync(temporary, folder.at(name));
  }
  unlinkSync(temporary);
}

function assertAbsent(folder: Handle, name: string): void {
  try {
    folder.child(name)[Symbol.dispose]();
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return;
    throw error;
  }
  throw new ToolError('ALREADY_EXISTS', `${quote(name)} exists already.`);
}

/** Makes the missing folders above a spot; gives the held folder that its name goes into. Dispose `made` at the end. */
export function makeMissing(spot: Changeable, made: Held): Handle {
  let folder = spot.parent;
  for (const name of spot.missing) {
    try {
      mkdirSync(folder.at(name));
    } catch (error) {
      if (!hasErrno(error, 'EEXIST')) throw error;
    }
    folder = made.use(folder.child(name));
    if (!folder.stats.isDirectory()) throw new ToolError('FAILED_PRECONDITION', `${quote(spot.path)}: ${quote(name)} is not a folder.`);
  }
  return folder;
}

/** Refuses a file that is marked as read-only, or whose writing would reach something that is no file. */
export function assertWritable({ path, target }: Changeable): void {
  if (path.endsWith('/')) throw new ToolError('INVALID_ARGUMENT', `${quote(path)} names a folder; give the name of the file.`);
  if (!target) return;
  if (target.stats.isDirectory()) throw new ToolError('FAILED_PRECONDITION', `${quote(path)} is a folder.`);
  if (!target.stats.isFile()) throw new ToolError('FAILED_PRECONDITION', `${quote(path)} is not a regular file.`);
  if ((target.stats.mode & 0o222n) === 0n) {
    throw new ToolError('PERMISSION_DENIED', `${quote(path)} is marked read-only (mode 0${(target.stats.mode & 0o777n).toString(8)}).`);
  }
}
