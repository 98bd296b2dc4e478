/** Finds files and folders by a glob pattern. */
import { lstatSync } from 'node:fs';
import { ToolError } from '@sandlot/core';
import type { Handle } from '../confine/handle.ts';
import { isTemporaryName } from '../workspace/replace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { compileGlob } from './glob.ts';
import { IgnoreRules } from './ignore-rules.ts';
import { ignoreArgs, ripgrep } from './ripgrep.ts';
import { walkTree } from './tree.ts';

/** What to find. */
export interface FindOptions {
  readonly pattern: string;
  readonly path: string;
  readonly limit: number;
  readonly sort: 'mtime' | 'name';
  readonly ignored: boolean;
  readonly type: 'file' | 'dir' | 'any';
  readonly signal?: AbortSignal;
}

/** What was found. */
export interface FindResult {
  /** Relative to `path`; folders end with a slash. */
  readonly paths: string[];
  readonly total: number;
  readonly truncated: boolean;
  readonly timedOut: boolean;
}

const mostMatches = 200_000;

/** Finds paths, newest first. */
export async function findPaths(workspace: Workspace, options: FindOptions): Promise<FindResult> {
  const matches = compileGlob(relativePattern(workspace, options));
  using found = workspace.existing(options.path);
  const folder = found.target;
  if (!folder.stats.isDirectory()) throw new ToolError('FAILED_PRECONDITION', `"${options.path}" is not a folder.`);
  const paths: string[] = [];
  const add = (path: string) => {
    if (matches(path.endsWith('/') ? path.slice(0, -1) : path)) paths.push(path);
    return paths.length < mostMatches;
  };
  const timedOut =
    options.type === 'file' ? await walkFiles(folder, options, add) : await walkAll(folder, workspace, found.shown, options, add);
  const sorted = options.sort === 'name' ? paths.toSorted() : newestFirst(folder, paths);
  const shown = sorted.slice(0, options.limit).filter((path) => isInside(workspace, options.path, path));
  return {
    paths: shown,
    total: paths.length,
    truncated: paths.length > options.limit || paths.length >= mostMatches || timedOut,
    timedOut,
  };
}

async function walkFiles(folder: Handle, { ignored, signal }: FindOptions, add: (path: string) => boolean): Promise<boolean> {
  const { timedOut } = await ripgrep({
    args: ['--files', '--null', ...ignoreArgs(ignored)],
    folder: folder.path,
    separator: 0,
    onRecord: (path) => isTemporaryName(path.slice(path.lastIndexOf('/') + 1)) || add(path),
    signal,
  });
  return timedOut;
}

async function walkAll(
  folder: Handle,
  workspace: Workspace,
  shown: string,
  options: FindOptions,
  add: (path: string) => boolean,
): Promise<boolean> {
  const rules = options.ignored ? undefined : IgnoreRules.at(workspace, shown);
  for await (const { path, isFolder } of walkTree(folder, { rules, signal: options.signal })) {
    if (!isFolder && options.type === 'dir') continue;
    if (!add(path + (isFolder ? '/' : ''))) break;
  }
  return false;
}

/** Reads only times; the paths that are shown are checked after. */
function newestFirst(folder: Handle, paths: readonly string[]): string[] {
  const read = (at: (path: string) => string) =>
    paths.map((path) => ({ path, time: lstatSync(at(path), { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  const times = inFolder(folder, () => read((path) => path)) ?? read((path) => folder.at(path));
  return times.toSorted((a, b) => b.time - a.time || (a.path < b.path ? -1 : 1)).map(({ path }) => path);
}

/**
 * Runs synchronous work with a held folder as the working directory: a look at a relative path costs a third of one through `/proc`.
 *
 * @returns nothing when the working directory cannot be changed, as in a worker thread, or could not be changed back
 */
function inFolder<T>(folder: Handle, work: () => T): T | undefined {
  try {
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      return work();
    } finally {
      process.chdir(before);
    }
  } catch {
    return undefined;
  }
}

/** A folder may have become a link to the outside while the search ran. */
function isInside(workspace: Workspace, base: string, path: string): boolean {
  try {
    using spot = workspace.spot(`${base}/${path}`, { follow: false });
    return spot.target !== undefined;
  } catch (error) {
    if (ToolError.is(error)) return false;
    throw error;
  }
}

/** A pattern may name the searched folder, or its root, by its absolute path. */
function relativePattern(workspace: Workspace, { pattern, path }: FindOptions): string {
  if (!pattern.startsWith('/')) return pattern;
  const prefix = workspace.roots.all.map((root) => `${root.path}/`).find((start) => pattern.startsWith(start));
  if (prefix === undefined) return pattern;
  if (path !== '.')
    throw new ToolError('INVALID_ARGUMENT', `The pattern "${pattern}" is absolute, and there is a path, too.`, {
      advice: 'Give the pattern relative to the path.',
    });
  if (prefix !== `${workspace.roots.first.path}/`)
    throw new ToolError('INVALID_ARGUMENT', `The pattern "${pattern}" is in another root.`, { advice: 'Give the root as path.' });
  return `/${pattern.slice(prefix.length)}`;
}
