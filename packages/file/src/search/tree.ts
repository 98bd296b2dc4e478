/** Walks folders by descriptor, in order of names. */
import { fromErrno, hasErrno } from '../confine/errors.ts';
import type { Handle } from '../confine/handle.ts';
import { readDirents } from '../confine/name-bytes.ts';
import { isTemporaryName } from '../workspace/replace.ts';
import type { IgnoreRules } from './ignore-rules.ts';

/** One entry of a folder. */
export interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isLink: boolean;
}

/** The entries of a folder that are not left out, and how many are. */
export interface Entries {
  readonly entries: Entry[];
  readonly leftOut: number;
}

/** What is left out of a walk. */
export interface Filter {
  /** Missing: nothing is ignored. */
  readonly rules: IgnoreRules | undefined;
  readonly hidden: boolean;
}

/** Reads a folder, sorted by name. Files that are being written are no part of it. */
export async function readFolder(folder: Handle, { rules, hidden }: Filter): Promise<Entries> {
  const entries: Entry[] = [];
  let leftOut = 0;
  for (const dirent of await readDirents(folder.path)) {
    const { name } = dirent;
    if (isTemporaryName(name)) continue;
    const isFolder = dirent.isDirectory();
    if ((!hidden && name.startsWith('.')) || rules?.ignores(name, isFolder)) leftOut++;
    else entries.push({ name, isFolder, isLink: dirent.isSymbolicLink() });
  }
  return { entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)), leftOut };
}

/** Reaches a folder inside another; nothing when it is no longer there, is no folder, or was moved out of its parent. */
export function enterFolder(folder: Handle, name: string): Handle | undefined {
  try {
    const child = folder.child(name);
    if (child.stats.isDirectory() && child.place() === `${folder.place()}/${name}`) return child;
    child[Symbol.dispose]();
    return undefined;
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'EACCES', 'ENOTDIR', 'EXDEV')) return undefined;
    throw fromErrno(error, name);
  }
}

/** An entry on the way through a tree. */
export interface TreeEntry extends Entry {
  /** Below the folder where the walk began. */
  readonly path: string;
  /** The held folder that the entry is in. */
  readonly folder: Handle;
}

/** Options of {@link walkTree}. */
export interface WalkOptions {
  readonly rules: IgnoreRules | undefined;
  /** Folders that are not entered. */
  readonly skip?: (folder: Handle) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Every entry below a folder, a folder before what is in it. Links are not followed. */
export async function* walkTree(folder: Handle, options: WalkOptions, prefix = ''): AsyncGenerator<TreeEntry> {
  options.signal?.throwIfAborted();
  const { entries } = await readFolder(folder, { rules: options.rules, hidden: true });
  for (const entry of entries) {
    yield { ...entry, folder, path: prefix + entry.name };
    if (entry.isFolder) yield* walkChild(folder, entry.name, options, prefix);
  }
}

async function* walkChild(folder: Handle, name: string, options: WalkOptions, prefix: string): AsyncGenerator<TreeEntry> {
  using child = enterFolder(folder, name);
  if (child && !options.skip?.(child))
    yield* walkTree(child, { ...options, rules: options.rules?.enter(child, name) }, `${prefix}${name}/`);
}
