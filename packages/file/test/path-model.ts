/** What a path in a workspace means, written down once more over names instead of descriptors: the reference for the real walk. */
import { readdirSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Everything below a root by its path: a folder, a file, or a link with its target. */
export type Tree = ReadonlyMap<string, 'folder' | 'file' | { readonly target: string }>;

/** Where a path leads: the names below the root, nothing there, or not to be followed. */
export type Meaning = { readonly names: string } | 'missing' | 'refused';

const mostLinks = 40;

/** Reads a tree. Links are not followed. */
export function readTree(root: string): Tree {
  const tree = new Map<string, 'folder' | 'file' | { target: string }>([['', 'folder']]);
  const todo = [root];
  for (let folder = todo.pop(); folder !== undefined; folder = todo.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const kind = entry.isSymbolicLink() ? { target: readlinkSync(path) } : entry.isDirectory() ? 'folder' : 'file';
      tree.set(relative(root, path), kind);
      if (kind === 'folder') todo.push(path);
    }
  }
  return tree;
}

/** What a path means. */
export function meaningOf(tree: Tree, root: string, path: string): Meaning {
  const start = below(root, path);
  if (!start) return 'refused';
  const todo = start.toReversed();
  let at: string[] = [];
  let links = 0;
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (tree.get(at.join('/')) !== 'folder') return 'refused';
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (at.pop() === undefined) return 'refused';
      continue;
    }
    const node = tree.get([...at, name].join('/'));
    if (node === undefined) return todo.includes('..') ? 'refused' : 'missing';
    if (typeof node === 'string') {
      at.push(name);
      continue;
    }
    if (++links > mostLinks) return 'refused';
    const target = below(root, node.target);
    if (!target) return 'refused';
    if (node.target.startsWith('/')) at = [];
    todo.push(...target.toReversed());
  }
  return { names: at.join('/') };
}

/** The names of a path below a root; nothing for an absolute path that is not below it. */
function below(root: string, path: string): string[] | undefined {
  if (!path.startsWith('/')) return path.split('/');
  const names = path.split('/');
  for (const wanted of root.split('/').filter(Boolean)) {
    while (names[0] === '' || names[0] === '.') names.shift();
    if (names.shift() !== wanted) return undefined;
  }
  return names;
}
