/** Removes the temporary files of writes that were killed. */
import { lstatSync, unlinkSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { hasErrno } from '../confine/errors.ts';
import type { Handle } from '../confine/handle.ts';
import { isTemporaryName } from './replace.ts';

/** A write that still runs has touched its file within this time. */
const oldMs = 60 * 60 * 1000;
const mostFolders = 10_000;

/** Looks once in each folder that is written to. */
export class Sweep {
  readonly #seen = new Set<string>();

  /** Begins to look in a folder, when that was not done yet. */
  begin(folder: Handle): void {
    const key = `${folder.stats.dev}:${folder.stats.ino}`;
    if (this.#seen.has(key)) return;
    if (this.#seen.size >= mostFolders) this.#seen.clear();
    this.#seen.add(key);
    void sweep(folder).catch(() => undefined);
  }
}

async function sweep(written: Handle): Promise<void> {
  // A handle of its own: the caller's is let go before this has ended.
  using folder = written.child('.');
  for await (const entry of await opendir(folder.path)) if (entry.isFile() && isTemporaryName(entry.name)) remove(folder, entry.name);
}

function remove(folder: Handle, name: string): void {
  try {
    if (Date.now() - lstatSync(folder.at(name)).mtimeMs > oldMs) unlinkSync(folder.at(name));
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS')) throw error;
  }
}
