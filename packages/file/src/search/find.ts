/** Finds files and folders by a glob pattern. */
import { ToolError } from '@sandlot/core';
import type { Handle } from '../confine/handle.ts';
import { isTemporaryName } from '../workspace/replace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { compileGlob } from './glob.ts';
import { IgnoreRules } from './ignore-rules.ts';
import { lookAt, type Seen } from './look.ts';
import { ignoreArgs, ripgrep } from './ripgrep.ts';
import { walkTree } from './tree.ts';
import { quote } from '../workspace/names.ts';

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
  /** True when there were too many matches. */
  readonly stopped: boolean;
}

/** Paths that are looked at together. */
const atOnce = 2000;

/** Finds paths, newest first. */
export async function findPaths(workspace: Workspace, options: FindOptions): Promise<FindResult> {
  const matches = compileGlob(relativePattern(workspace, options));
  const { searchMatches } = workspace.limits;
  using place = workspace.existing(options.path);
  const folder = place.target;
  if (!folder.stats.isDirectory()) throw new ToolError('FAILED_PRECONDITION', `${quote(options.path)} is not a folder.`);
  const paths: string[] = [];
  const seen: Seen[] = [];
  let looked = 0;
  // While ripgrep goes on, what it has found is looked at.
  const look = () => {
    seen.push(...lookAt(folder, paths.slice(looked)));
    looked = paths.length;
  };
  const add = (path: string) => {
    if (matches(path.endsWith('/') ? path.slice(0, -1) : path)) paths.push(path);
    if (options.sort === 'mtime' && paths.length - looked >= atOnce) look();
    return paths.length < searchMatches;
  };
  const timedOut =
    options.type === 'file'
      ? await walkFiles(folder, workspace, options, add)
      : await walkAll(folder, workspace, place.shown, options, add);
  if (options.sort === 'mtime') look();
  const found = options.sort === 'name' ? byName(folder, paths, options.limit) : newestFirst(seen);
  return {
    paths: found.slice(0, options.limit),
    total: paths.length,
    truncated: paths.length > options.limit || paths.length >= searchMatches || timedOut,
    timedOut,
    stopped: paths.length >= searchMatches,
  };
}

type Add = (path: string) => boolean;

async function walkFiles(folder: Handle, { limits }: Workspace, { ignored, signal }: FindOptions, add: Add): Promise<boolean> {
  const { timedOut } = await ripgrep({
    args: ['--files', '--null', ...ignoreArgs(ignored)],
    folder: folder.path,
    separator: 0,
    seconds: limits.searchSeconds,
    onRecord: (path) => isTemporaryName(path.slice(path.lastIndexOf('/') + 1)) || add(path),
    signal,
  });
  return timedOut;
}

async function walkAll(folder: Handle, workspace: Workspace, shown: string, options: FindOptions, add: Add): Promise<boolean> {
  const rules = options.ignored ? undefined : IgnoreRules.at(workspace, shown);
  for await (const { path, isFolder } of walkTree(folder, { rules, signal: options.signal })) {
    if (!isFolder && options.type === 'dir') continue;
    if (!add(path + (isFolder ? '/' : ''))) break;
  }
  return false;
}

function newestFirst(seen: Seen[]): string[] {
  return seen.sort((a, b) => b.time - a.time || (a.path < b.path ? -1 : 1)).map(({ path }) => path);
}

function byName(folder: Handle, paths: readonly string[], limit: number): string[] {
  return lookAt(folder, paths.toSorted().slice(0, limit))
    .map(({ path }) => path)
    .sort();
}

/** A pattern may name the searched folder, or its root, by its absolute path. */
function relativePattern(workspace: Workspace, { pattern, path }: FindOptions): string {
  if (!pattern.startsWith('/')) return pattern;
  const prefix = workspace.roots.all.map((root) => `${root.path}/`).find((start) => pattern.startsWith(start));
  if (prefix === undefined) return pattern;
  if (path !== '.')
    throw new ToolError('INVALID_ARGUMENT', `The pattern ${quote(pattern)} is absolute, and there is a path, too.`, {
      advice: 'Give the pattern relative to the path.',
    });
  if (prefix !== `${workspace.roots.first.path}/`)
    throw new ToolError('INVALID_ARGUMENT', `The pattern ${quote(pattern)} is in another root.`, { advice: 'Give the root as path.' });
  return `/${pattern.slice(prefix.length)}`;
}
