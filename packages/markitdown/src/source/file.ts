/** Files in the workspace. Links may not lead out of it. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ToolError } from '@sandlot/core';
import type { Source, SourcePolicy } from './types.ts';

/** The path of a `file:` address on this machine. */
export function fileUriPath(uri: string): string {
  if (!URL.canParse(uri)) throw new ToolError('INVALID_ARGUMENT', `uri "${uri}" is not an address.`);
  const url = new URL(uri);
  if (url.hostname !== '' && url.hostname !== 'localhost')
    throw new ToolError('PERMISSION_DENIED', `uri "${uri}": a file of the host "${url.hostname}" cannot be read.`);
  try {
    return fileURLToPath(`file://${url.pathname}`);
  } catch (error) {
    throw new ToolError('INVALID_ARGUMENT', `uri "${uri}" is not a path.`, { cause: error });
  }
}

/** Reads a file of the workspace. It is opened once, then checked where it really is, and read from that handle. */
export async function readWorkspaceFile(path: string, policy: SourcePolicy): Promise<Source> {
  const root = await realpath(policy.workspace);
  const full = resolve(
    root,
    isAbsolute(path) && isInside(path, resolve(policy.workspace)) ? relative(resolve(policy.workspace), path) : path,
  );
  if (path.includes('\0')) throw new ToolError('INVALID_ARGUMENT', 'The path holds a NUL character.');
  if (!isInside(full, root)) throw outside(path);
  const handle = await openRegular(full, path);
  try {
    const opened = await handle.stat();
    await checkPlace(full, root, opened, path);
    if (opened.size > policy.maxBytes)
      throw new ToolError('PAYLOAD_TOO_LARGE', `"${path}" has ${opened.size} bytes; the limit is ${policy.maxBytes}.`);
    return { bytes: await handle.readFile(), hints: { filename: basename(full) }, label: path };
  } finally {
    await handle.close();
  }
}

async function openRegular(full: string, path: string): Promise<FileHandle> {
  try {
    // Without waiting: a pipe must not hold the call.
    const handle = await open(full, constants.O_RDONLY | constants.O_NONBLOCK);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new ToolError('NOT_FOUND', `No file "${path}" in the workspace.`, { cause: error });
    if (code === 'EACCES' || code === 'EPERM') throw new ToolError('PERMISSION_DENIED', `"${path}" may not be read.`, { cause: error });
    if (code !== 'EISDIR' && code !== 'ENXIO') throw error;
  }
  throw new ToolError('INVALID_ARGUMENT', `"${path}" is not a file.`);
}

/** The path, links followed, must be in the workspace and must be the very file that was opened. */
async function checkPlace(full: string, root: string, opened: Stats, path: string): Promise<void> {
  const real = await realpath(full);
  if (!isInside(real, root)) throw outside(path);
  const there = await stat(real);
  if (there.ino !== opened.ino || there.dev !== opened.dev) throw new ToolError('ABORTED', `"${path}" was replaced while it was opened.`);
}

/** True when a path is a folder or below it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The answer to a path that leads out. */
export function outside(path: string): ToolError {
  return new ToolError('PERMISSION_DENIED', `"${path}" is outside of the workspace.`, {
    advice: 'Use a path inside of the workspace, relative to its folder.',
  });
}
