/** Takes stock of the workspace: only what changed since the last checkpoint is read. */
import { constants, lstatSync, readFileSync } from 'node:fs';
import { hasErrno } from '../confine/errors.ts';
import { type Handle, kindOf } from '../confine/handle.ts';
import { IgnoreRules } from '../search/ignore-rules.ts';
import { type TreeEntry, walkTree } from '../search/tree.ts';
import { LeftOut } from '../workspace/left-out.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type Manifest, type ManifestEntry, stampOf } from './manifest.ts';
import { type Store, storeFolder } from './store.ts';

/** Larger files are noticed, but not kept. */
export const keptBytes = 64 * 1024 * 1024;

interface Stock {
  readonly store: Store;
  readonly known: Manifest['entries'];
}

/** What there is, and what cannot be kept. */
export interface Taken {
  readonly entries: Manifest['entries'];
  readonly leftOut: LeftOut;
}

/** Every path of the workspace that .gitignore does not leave out; contents go to the store. */
export async function takeStock(workspace: Workspace, store: Store, signal?: AbortSignal): Promise<Taken> {
  const stock = { store, known: await store.newest() };
  const entries: Manifest['entries'] = {};
  const skip = (folder: Handle) => workspace.roots.find(folder) !== undefined;
  const leftOut = new LeftOut();
  for await (const entry of walkTree(workspace.roots.first.handle, { rules: IgnoreRules.at(workspace, '.'), skip, signal })) {
    if (entry.path === storeFolder || entry.path.startsWith(`${storeFolder}/`)) continue;
    try {
      const taken = await takeEntry(stock, entry);
      if (typeof taken === 'object') entries[entry.path] = taken;
      else leftOut.add(entry.path, taken);
    } catch (error) {
      // It went away, or may not be read: it is no part of the checkpoint.
      if (!hasErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'EINVAL')) throw error;
      if (hasErrno(error, 'EACCES', 'EPERM')) leftOut.add(entry.path, 'may not be read');
    }
  }
  return { entries, leftOut };
}

/** An entry, or why it cannot be kept. */
async function takeEntry({ known, store }: Stock, { folder, name, path, isFolder, isLink }: TreeEntry): Promise<ManifestEntry | string> {
  const stats = lstatSync(folder.at(name), { bigint: true });
  const mode = Number(stats.mode & 0o7777n);
  if (isFolder) return { kind: 'folder', mode, stamp: '' };
  if (isLink) return { kind: 'link', mode, content: folder.linkTarget(name), stamp: '' };
  if (!stats.isFile()) return kindOf(stats);
  const stamp = stampOf(stats);
  const old = known[path];
  if (old?.kind === 'file' && old.stamp === stamp) return old;
  if (stats.size > BigInt(keptBytes)) return { kind: 'file', mode, stamp };
  using held = folder.child(name);
  await using file = await held.open(constants.O_RDONLY);
  const content = readFileSync(file.fd);
  return { kind: 'file', mode, content: await store.put(content), stamp: stampOf(held.stats) };
}
