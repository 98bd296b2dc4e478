/** Writes files that are whole or not there. */
import { mkdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Writes a file, and makes its folder. An older file stays as it is until the new one is whole; links are followed. */
export async function saveFile(path: string, data: string | Uint8Array): Promise<void> {
  await mkdir(dirname(resolve(path)), { recursive: true });
  const old = await stat(path).catch(() => undefined);
  // A device or a pipe cannot be replaced.
  if (old && !old.isFile()) return writeFile(path, data);
  const target = old ? await realpath(path) : path;
  const made = `${target}.${process.pid}.part`;
  try {
    await writeFile(made, data, { flag: 'wx', ...(old && { mode: old.mode }) });
    await rename(made, target);
  } catch (error) {
    await rm(made, { force: true });
    throw error;
  }
}
