/** Writes files into the workspace, whole or not at all. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { ToolError } from '@sandlot/core';
import { isInside, outside } from './file.ts';

/** A folder of the workspace, made when it is missing. @throws ToolError when it is outside, also through links */
export async function workspaceFolder(path: string, workspace: string): Promise<string> {
  if (path.includes('\0')) throw new ToolError('INVALID_ARGUMENT', 'The path holds a NUL character.');
  const root = await realpath(workspace);
  const given = resolve(workspace, path);
  const full = resolve(root, isInside(given, resolve(workspace)) ? relative(resolve(workspace), given) : given);
  if (!isInside(full, root)) throw outside(path);
  // The deepest folder that exists decides where new ones would be made.
  let existing = full;
  for (;;) {
    const real = await realpath(existing).catch(() => undefined);
    if (real !== undefined) {
      if (!isInside(real, root)) throw outside(path);
      break;
    }
    existing = dirname(existing);
  }
  await mkdir(full, { recursive: true });
  const real = await realpath(full);
  if (!isInside(real, root)) throw outside(path);
  return real;
}

/** Writes a file of the workspace. @returns its path relative to the workspace */
export async function writeWorkspaceFile(
  path: string,
  content: string | Uint8Array,
  { workspace, overwrite }: { workspace: string; overwrite: boolean },
): Promise<string> {
  const name = basename(path);
  if (name === '' || name === '.' || name === '..') throw new ToolError('INVALID_ARGUMENT', `output_path "${path}" names no file.`);
  const folder = await workspaceFolder(dirname(path), workspace);
  const target = join(folder, name);
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, content, { flag: 'wx' });
    if (overwrite) await rename(temporary, target);
    else await link(temporary, target);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST')
      throw new ToolError('ALREADY_EXISTS', `"${path}" exists already.`, {
        cause: error,
        advice: 'Choose another output_path, or call again with overwrite: true.',
      });
    if (code === 'EISDIR') throw new ToolError('INVALID_ARGUMENT', `"${path}" is a folder.`, { cause: error });
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return relative(await realpath(workspace), target);
}
