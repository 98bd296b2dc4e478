/** Takes stock of the workspace: only what changed since the last checkpoint is read. */
import { constants, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { hasErrno } from '../confine/errors.ts';
import type { Handle } from '../confine/handle.ts';
import { IgnoreRules } from '../search/ignore-rules.ts';
import { enterFolder, type Entry, readFolder } from '../search/tree.ts';
import { isTemporaryName } from '../workspace/replace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type Manifest, type ManifestEntry, stampOf } from './manifest.ts';
import { type Store, storeFolder } from './store.ts';

/** Larger files are noticed, but not kept. */
export const keptBytes = 64 * 1024 * 1024;

interface Stock {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly known: Manifest['entries'];
  readonly entries: Manifest['entries'];
  readonly signal: AbortSignal | undefined;
}

/** Every path of the workspace that .gitignore does not leave out; contents go to the store. */
export async function takeStock(workspace: Workspace, store: Store, signal?: AbortSignal): Promise<Manifest['entries']> {
  const known = (await store.newest())?.entries ?? {};
  const entries: Manifest['entries'] = {};
  const root = workspace.roots.first.handle;
  await takeFolder({ workspace, store, known, entries, signal }, root, '', IgnoreRules.at(workspace, '.'));
  return entries;
}

async function takeFolder(stock: Stock, folder: Handle, prefix: string, rules: IgnoreRules): Promise<void> {
  stock.signal?.throwIfAborted();
  await setImmediate();
  const { entries } = await readFolder(folder, { rules, hidden: true });
  for (const entry of entries) {
    const path = prefix + entry.name;
    if (path === storeFolder || isTemporaryName(entry.name)) continue;
    try {
      const taken = await takeEntry(stock, folder, entry, path);
      if (taken) stock.entries[path] = taken;
    } catch (error) {
      // It went away, or may not be read: it is no part of the checkpoint.
      if (!hasErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'EINVAL')) throw error;
      continue;
    }
    if (!entry.isFolder) continue;
    using child = enterFolder(folder, entry.name);
    if (child && !stock.workspace.roots.find(child)) await takeFolder(stock, child, `${path}/`, rules.enter(child, entry.name));
  }
}

async function takeEntry(
  { known, store }: Stock,
  folder: Handle,
  { name, isFolder, isLink }: Entry,
  path: string,
): Promise<ManifestEntry | undefined> {
  const stats = lstatSync(folder.at(name), { bigint: true });
  const mode = Number(stats.mode & 0o7777n);
  if (isFolder) return { kind: 'folder', mode, stamp: '' };
  if (isLink) return { kind: 'link', mode, content: readlinkSync(folder.at(name)), stamp: '' };
  if (!stats.isFile()) return undefined;
  const stamp = stampOf(stats);
  const old = known[path];
  if (old?.kind === 'file' && old.stamp === stamp) return old;
  if (stats.size > BigInt(keptBytes)) return { kind: 'file', mode, stamp };
  using held = folder.child(name);
  await using file = await held.open(constants.O_RDONLY);
  const content = readFileSync(file.fd);
  return { kind: 'file', mode, content: await store.put(content), stamp: stampOf(held.stats) };
}
