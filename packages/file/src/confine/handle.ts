/** A held file or folder: what was checked is what is used, whatever happens to its name in between. */
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ToolError } from '@sandlot/core';
import { fromBytes, toPath } from './name-bytes.ts';

/** An object of the file system that was reached without following a link. */
export interface Handle extends Disposable {
  /** Metadata of the object, taken when it was reached. */
  readonly stats: BigIntStats;
  /** True when replacing a file here keeps its access control list and extended attributes, too. Default false. */
  readonly keepsAttributes?: boolean;
  /** A path of this very object, for calls of `node:fs`. */
  readonly path: string;
  /** A path of an entry of this folder, for calls of `node:fs`. */
  at(name: string): string | Buffer;
  /** Reaches an entry of this folder. Never follows a link, never opens a device or FIFO. */
  child(name: string): Handle;
  /** Where a link in this folder points to, as text. */
  linkTarget(name: string): string;
  /** Where the object is now, as an absolute path. */
  place(): string;
  /** Opens this very file. Refuses anything but a regular file. */
  open(flags: number): Promise<FileHandle>;
  /**
   * Reads this very file at once, when it has at most so many bytes: with small files, waiting for a thread takes most of the time.
   * Nothing for larger ones, and for those that say that they are empty, as those of `/proc` do. Refuses anything but a regular file.
   */
  readSmall(most: number): SmallFile | undefined;
}

/** A file that was read whole. */
export interface SmallFile {
  readonly stats: BigIntStats;
  readonly content: Buffer;
}

/** Makes the handle of a root. */
export type OpenRoot = (path: string) => Handle;

/** O_PATH of Linux, which Node does not name. */
const O_PATH = 0o10000000;

/** Technique D: descriptors from `O_PATH|O_NOFOLLOW`, named through `/proc/self/fd`. Linux only. */
export const byDescriptor: OpenRoot = (path) => descriptorHandle(openSync(path, O_PATH | constants.O_DIRECTORY));

function descriptorHandle(fd: number): Handle {
  const path = `/proc/self/fd/${fd}`;
  let closed = false;
  const handle: Handle = {
    stats: fstatSync(fd, { bigint: true }),
    path,
    at: (name) => toPath(`${path}/${name}`),
    child: (name) => descriptorHandle(openSync(toPath(`${path}/${name}`), O_PATH | constants.O_NOFOLLOW)),
    linkTarget: (name) => fromBytes(readlinkSync(toPath(`${path}/${name}`), 'buffer')),
    place: () => fromBytes(readlinkSync(path, 'buffer')),
    open: (flags) => openRegular(handle, flags),
    readSmall: (most) => readRegular(handle, most, constants.O_RDONLY),
    [Symbol.dispose]() {
      if (!closed) closeSync(fd);
      closed = true;
    },
  };
  return handle;
}

/** Technique B, where `/proc` is missing: real paths, checked again after opening. A race can win against it. */
export const byPath: OpenRoot = (path) => pathHandle(path);

function pathHandle(path: string): Handle {
  const handle: Handle = {
    stats: lstatSync(toPath(path), { bigint: true }),
    path,
    at: (name) => toPath(`${path}/${name}`),
    child: (name) => pathHandle(`${path}/${name}`),
    linkTarget: (name) => fromBytes(readlinkSync(toPath(`${path}/${name}`), 'buffer')),
    place: () => path,
    open: (flags) => openRegular(handle, flags | constants.O_NOFOLLOW),
    readSmall: (most) => readRegular(handle, most, constants.O_RDONLY | constants.O_NOFOLLOW),
    [Symbol.dispose]: () => undefined,
  };
  return handle;
}

async function openRegular(handle: Handle, flags: number): Promise<FileHandle> {
  if (!handle.stats.isFile()) throw notRegular(handle.stats);
  // O_NONBLOCK: between check and open a name can become a FIFO where names are all there is.
  const file = await open(toPath(handle.path), flags | constants.O_NONBLOCK);
  const { dev, ino } = await file.stat({ bigint: true });
  if (dev === handle.stats.dev && ino === handle.stats.ino) return file;
  await file.close();
  throw changed();
}

function readRegular(handle: Handle, most: number, flags: number): SmallFile | undefined {
  if (!handle.stats.isFile()) throw notRegular(handle.stats);
  if (handle.stats.size > most) return undefined;
  const fd = openSync(toPath(handle.path), flags | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (stats.dev !== handle.stats.dev || stats.ino !== handle.stats.ino) throw changed();
    if (stats.size > most || stats.size === 0n) return undefined;
    const content = Buffer.allocUnsafe(Number(stats.size));
    let filled = 0;
    for (let read = -1; read !== 0 && filled < content.length; filled += read)
      read = readSync(fd, content, filled, content.length - filled, filled);
    return { stats, content: content.subarray(0, filled) };
  } finally {
    closeSync(fd);
  }
}

function changed(): ToolError {
  return new ToolError('ABORTED', 'The path changed while the call ran.');
}

/** What something is, in a word. */
export function kindOf(stats: BigIntStats): 'file' | 'folder' | 'link' | 'fifo' | 'socket' | 'device' {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isFIFO()) return 'fifo';
  return stats.isSocket() ? 'socket' : 'device';
}

function notRegular(stats: BigIntStats): ToolError {
  return new ToolError('FAILED_PRECONDITION', `This is a ${kindOf(stats)}, not a regular file.`, {
    advice: stats.isDirectory() ? 'List it with file_list.' : 'Only regular files can be opened.',
  });
}
