/** Looks at found paths once more, through held folders: a folder that a search went through may be a link to the outside by now. */
import { lstatSync } from 'node:fs';
import type { Handle } from '../confine/handle.ts';
import { toPath } from '../confine/name-bytes.ts';
import { enterFolder } from './tree.ts';

/** A path that is there, inside. */
export interface Seen {
  readonly path: string;
  /** When it was changed last, in milliseconds. */
  readonly time: number;
  /** How many names it has. */
  readonly links: number;
}

/** Gives those of the paths below a folder that are there, in no order. Folders may end with a slash. */
export function lookAt(base: Handle, paths: readonly string[]): Seen[] {
  const seen: Seen[] = [];
  const before = workingDirectory();
  try {
    for (const { folder, inside } of heldFolders(base, byFolder(paths))) {
      // A look at a bare name in the working directory costs a fifth of one through `/proc`.
      const isHere = before !== undefined && enter(folder.path);
      for (const { name, path } of inside) {
        const stats = lstatSync(isHere ? toPath(name) : folder.at(name), { throwIfNoEntry: false });
        if (stats) seen.push({ path, time: stats.mtimeMs, links: stats.nlink });
      }
    }
  } finally {
    if (before !== undefined) enter(before);
  }
  return seen;
}

interface Inside {
  readonly name: string;
  readonly path: string;
}

function byFolder(paths: readonly string[]): Map<string, Inside[]> {
  const folders = new Map<string, Inside[]>();
  for (const path of paths) {
    const end = path.endsWith('/') ? path.length - 1 : path.length;
    const slash = path.lastIndexOf('/', end - 1);
    const folder = slash === -1 ? '' : path.slice(0, slash);
    const inside = folders.get(folder);
    const entry = { name: path.slice(slash + 1, end), path };
    if (inside) inside.push(entry);
    else folders.set(folder, [entry]);
  }
  return folders;
}

/** Reaches each folder from those above it, name by name; those that are gone or lead elsewhere are left out. */
function* heldFolders(
  base: Handle,
  folders: ReadonlyMap<string, readonly Inside[]>,
): Generator<{ folder: Handle; inside: readonly Inside[] }> {
  const way: { name: string; handle: Handle }[] = [];
  const release = (from: number) => way.splice(from).forEach(({ handle }) => handle[Symbol.dispose]());
  try {
    for (const [path, inside] of [...folders].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const names = path === '' ? [] : path.split('/');
      const shared = way.findIndex(({ name }, depth) => name !== names[depth]);
      if (shared !== -1) release(shared);
      let folder: Handle | undefined = way.at(-1)?.handle ?? base;
      for (const name of names.slice(way.length)) {
        folder = enterFolder(folder, name);
        if (!folder) break;
        way.push({ name, handle: folder });
      }
      if (folder) yield { folder, inside };
    }
  } finally {
    release(0);
  }
}

function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** False where the working directory cannot be changed, as in a worker thread. All of it is synchronous: nobody else sees it. */
function enter(path: string): boolean {
  try {
    process.chdir(path);
    return true;
  } catch {
    return false;
  }
}
