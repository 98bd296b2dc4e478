/** Searches the contents of files. ripgrep says where; what is shown is read through held folders. */
import { ToolError } from '@sandlot/core';
import type { Handle } from '../confine/handle.ts';
import type { Found, Workspace } from '../workspace/workspace.ts';
import { isRaw } from '../confine/name-bytes.ts';
import { LeftOut } from '../workspace/left-out.ts';
import { type FileMatches, type ShownLine, showMatches } from './excerpts.ts';
import { IgnoreRules } from './ignore-rules.ts';
import { lookAt } from './look.ts';
import { ignoreArgs, ripgrep } from './ripgrep.ts';
import { quote } from '../workspace/names.ts';

/** What to search. */
export interface GrepOptions {
  readonly pattern: string;
  readonly path: string;
  readonly glob?: string | undefined;
  readonly type?: string | undefined;
  readonly fixedString: boolean;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly context: number;
  readonly output: 'content' | 'files' | 'count';
  readonly limit: number;
  readonly offset: number;
  readonly ignored: boolean;
  readonly signal?: AbortSignal;
}

/** What was found. */
export interface GrepResult {
  readonly files: readonly { readonly path: string; readonly count?: number; readonly lines: readonly ShownLine[] }[];
  /** Matching lines (files for `files`), as far as they were counted. */
  readonly matches: number;
  readonly fileCount: number;
  readonly truncated: boolean;
  readonly timedOut: boolean;
  /** True when there were too many matches. */
  readonly stopped: boolean;
  readonly nextOffset?: number;
  /** Files that match and cannot be opened. */
  readonly leftOut: LeftOut;
}

const mostPatternLength = 20_000;

/** Searches files. */
export async function grepFiles(workspace: Workspace, options: GrepOptions): Promise<GrepResult> {
  if (options.pattern === '') throw new ToolError('INVALID_ARGUMENT', 'The pattern is empty.');
  if (options.pattern.length > mostPatternLength || options.pattern.includes('\0')) {
    throw new ToolError('INVALID_ARGUMENT', `The pattern is longer than ${mostPatternLength} characters, or holds a NUL character.`);
  }
  using found = workspace.existing(options.path);
  const isFolder = found.target.stats.isDirectory();
  if (!isFolder && !found.target.stats.isFile())
    throw new ToolError('FAILED_PRECONDITION', `${quote(options.path)} is neither file nor folder.`);
  const folder = isFolder ? found.target : found.parent;
  if (!folder) throw new TypeError('A file has no parent.');
  const matches = new Map<string, FileMatches>();
  let counted = 0;
  let begun = '';
  const { timedOut, stopped } = await ripgrep({
    args: [
      ...toArgs(options),
      ...(isFolder ? [] : onlyArgs(found.name)),
      '-e',
      options.pattern,
      '--',
      isFolder || isRaw(found.name) ? './' : `./${found.name}`,
    ],
    folder: folder.path,
    separator: options.output === 'files' ? 0 : 10,
    seconds: workspace.limits.searchSeconds,
    onRecord: (part) => {
      const record = begun + part;
      const at = options.output === 'files' ? record.length : record.indexOf('\0');
      // A newline inside a name ends no record.
      begun = at === -1 ? `${record}\n` : '';
      if (at === -1) return true;
      const path = record.slice(2, at);
      if (!isFolder && path !== found.name) return true;
      const file = matches.get(path) ?? { path, count: 0, places: [] };
      matches.set(path, file);
      const rest = record.slice(at + 1);
      if (options.output === 'content') file.places.push(toPlace(rest));
      file.count += options.output === 'count' ? Number(rest) : 1;
      counted += 1;
      return counted < workspace.limits.searchMatches;
    },
    signal: options.signal,
  });
  const leftOut = new LeftOut();
  const kept = notRefused(workspace, folder, notIgnored(workspace, found, options, [...matches.values()]), leftOut);
  return await page(workspace, kept, options, { base: isFolder ? found.shown : parentOf(found.shown), timedOut, stopped, leftOut });
}

/** An argument is text: a file whose name is none is searched for in its folder. */
function onlyArgs(name: string): string[] {
  if (!isRaw(name)) return [];
  return ['--no-ignore', '--max-depth=1', `--glob=/${name.replaceAll(/[\uDC80-\uDCFF\\*?[\]{}!]/gu, '?')}`];
}

function toArgs(options: GrepOptions): string[] {
  const args = ignoreArgs(options.ignored);
  if (options.glob !== undefined) args.unshift(`--glob=${checkGlob(options.glob)}`);
  if (options.type !== undefined) args.push(`--type=${options.type}`);
  if (options.fixedString) args.push('--fixed-strings');
  if (options.ignoreCase) args.push('--ignore-case');
  if (options.multiline) args.push('--multiline', '--multiline-dotall');
  args.push('--null', '--with-filename', '--no-heading');
  if (options.output === 'files') return [...args, '--files-with-matches'];
  if (options.output === 'count') return [...args, '--count'];
  // Only the places are wanted: long lines stay out of the pipe.
  return [...args, '--line-number', '--column', '--byte-offset', '--max-columns=1'];
}

function checkGlob(glob: string): string {
  if (glob.includes('\0') || glob.split('/').includes('..')) throw new ToolError('INVALID_ARGUMENT', `The glob ${quote(glob)} holds "..".`);
  return glob;
}

function toPlace(rest: string): FileMatches['places'][number] {
  const [line, column, offset] = rest.split(':', 3);
  return { line: Number(line), column: Number(column), offset: Number(offset) };
}

/** Without the files that the policy for hard links keeps closed; they are told. */
function notRefused(workspace: Workspace, folder: Handle, files: FileMatches[], leftOut: LeftOut): FileMatches[] {
  if (!workspace.refusesHardLinks) return files;
  const seen = lookAt(
    folder,
    files.map(({ path }) => path),
  );
  const refused = new Set(seen.filter(({ links }) => links > 1).map(({ path }) => path));
  for (const path of refused) leftOut.add(path, 'several hard links');
  return files.filter(({ path }) => !refused.has(path));
}

/** A glob that names a file takes precedence over .gitignore in ripgrep; here it does not. */
function notIgnored(workspace: Workspace, found: Found, { glob, ignored }: GrepOptions, files: FileMatches[]): FileMatches[] {
  if (glob === undefined || ignored || !found.target.stats.isDirectory()) return files;
  const rules = new Map<string, IgnoreRules>();
  return files.filter(({ path }) => {
    const slash = path.lastIndexOf('/');
    const folder = slash === -1 ? found.shown : `${found.shown}/${path.slice(0, slash)}`;
    try {
      const known = rules.get(folder) ?? IgnoreRules.at(workspace, folder);
      rules.set(folder, known);
      return !known.ignores(path.slice(slash + 1), false);
    } catch {
      return false;
    }
  });
}

async function page(
  workspace: Workspace,
  files: FileMatches[],
  options: GrepOptions,
  run: { base: string; timedOut: boolean; stopped: boolean; leftOut: LeftOut },
): Promise<GrepResult> {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const unit = options.output === 'content' ? (file: FileMatches) => file.count : () => 1;
  const total = sorted.reduce((sum, file) => sum + unit(file), 0);
  const shown: GrepResult['files'][number][] = [];
  let skip = options.offset;
  let left = options.limit;
  for (const file of sorted) {
    if (left <= 0) break;
    const size = unit(file);
    if (skip >= size) {
      skip -= size;
      continue;
    }
    const places = file.places.slice(skip, skip + left);
    left -= options.output === 'content' ? places.length : 1;
    skip = 0;
    const lines = await showMatches(workspace, run.base, { ...file, places }, options);
    if (lines) shown.push({ path: file.path, ...(options.output === 'count' && { count: file.count }), lines });
  }
  const end = options.offset + options.limit - left;
  const more = end < total;
  return {
    files: shown,
    matches: options.output === 'count' ? sorted.reduce((sum, file) => sum + file.count, 0) : total,
    fileCount: sorted.length,
    truncated: more || run.stopped || run.timedOut || run.leftOut.count > 0,
    leftOut: run.leftOut,
    timedOut: run.timedOut,
    stopped: run.stopped,
    ...(more && { nextOffset: end }),
  };
}

function parentOf(shown: string): string {
  const slash = shown.lastIndexOf('/');
  return slash === -1 ? '.' : shown.slice(0, slash);
}
