/** Lists a folder, and folders in it down to a depth, in pages. */
import { lstatSync } from 'node:fs';
import { ToolError } from '@sandlot/core';
import { hasErrno } from '../confine/errors.ts';
import type { Handle } from '../confine/handle.ts';
import { IgnoreRules } from '../search/ignore-rules.ts';
import { enterFolder, type Entry, readFolder } from '../search/tree.ts';
import type { Workspace } from './workspace.ts';
import { quote } from './names.ts';

/** What to list. */
export interface ListOptions {
  readonly path: string;
  readonly depth: number;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly hidden: boolean;
  readonly ignored: boolean;
  readonly sort: 'name' | 'size' | 'mtime';
  readonly details: boolean;
  readonly signal?: AbortSignal;
}

/** One line of a listing. */
export interface ListedEntry {
  /** Below the listed folder. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'more';
  readonly size?: number;
  readonly mtime?: Date;
  readonly target?: string;
  /** For `more`: how many entries of the folder are not listed. */
  readonly count?: number;
}

/** A page of a listing. */
export interface ListResult {
  readonly entries: ListedEntry[];
  /** Entries in all, as far as they were walked. */
  readonly total: number;
  /** True when there are more than may be walked. */
  readonly ended: boolean;
  readonly nextCursor?: string;
  /** Entries of the listed folders left out by .gitignore or because they are hidden. */
  readonly leftOut: number;
}

/** Folders inside the listed one show at most so many entries each. */
const nestedEntries = 100;

interface Walk {
  readonly options: ListOptions;
  /** The walk ends after so many. */
  readonly most: number;
  readonly lines: ListedEntry[];
  leftOut: number;
  /** True when it was ended. */
  ended: boolean;
}

/** Lists a folder. */
export async function listFolder(workspace: Workspace, options: ListOptions): Promise<ListResult> {
  const start = parseCursor(options.cursor);
  using found = workspace.existing(options.path);
  if (!found.target.stats.isDirectory()) {
    throw new ToolError('FAILED_PRECONDITION', `${quote(options.path)} is not a folder.`, {
      advice: 'Read it with file_read, or look at it with file_stat.',
    });
  }
  const walk: Walk = { options, most: workspace.limits.listEntries, lines: [], leftOut: 0, ended: false };
  const rules = options.ignored ? undefined : IgnoreRules.at(workspace, found.shown);
  await listInto(walk, found.target, '', rules, 1);
  const entries = walk.lines.slice(start, start + options.limit);
  const end = start + entries.length;
  return {
    entries,
    total: walk.lines.length,
    leftOut: walk.leftOut,
    ended: walk.ended,
    ...(end < walk.lines.length && { nextCursor: String(end) }),
  };
}

async function listInto(walk: Walk, folder: Handle, prefix: string, rules: IgnoreRules | undefined, depth: number): Promise<void> {
  const { options, lines } = walk;
  options.signal?.throwIfAborted();
  const read = await readFolder(folder, { rules, hidden: options.hidden });
  walk.leftOut += read.leftOut;
  const entries =
    options.sort === 'name' && !options.details
      ? read.entries.map((entry) => describe(folder, entry, prefix, false))
      : sorted(
          read.entries.map((entry) => describe(folder, entry, prefix, true)),
          options.sort,
        );
  const shown = depth === 1 ? entries : entries.slice(0, nestedEntries);
  for (const entry of shown) {
    if (lines.length >= walk.most) {
      walk.ended = true;
      return;
    }
    lines.push(entry);
    // A function of its own: what is let go at the end of a loop's body costs something for every entry.
    if (entry.kind === 'folder' && depth < options.depth)
      await listChild(walk, folder, entry.path.slice(prefix.length), prefix, rules, depth);
  }
  if (shown.length < entries.length) lines.push({ path: prefix, kind: 'more', count: entries.length - shown.length });
}

async function listChild(
  walk: Walk,
  folder: Handle,
  name: string,
  prefix: string,
  rules: IgnoreRules | undefined,
  depth: number,
): Promise<void> {
  using child = enterFolder(folder, name);
  if (child) await listInto(walk, child, `${prefix}${name}/`, rules?.enter(child, name), depth + 1);
}

function describe(folder: Handle, { name, isFolder, isLink }: Entry, prefix: string, details: boolean): ListedEntry {
  const entry: ListedEntry = { path: prefix + name, kind: isFolder ? 'folder' : isLink ? 'link' : 'file' };
  if (!isLink && !details) return entry;
  try {
    return {
      ...entry,
      ...(isLink && { target: folder.linkTarget(name) }),
      ...(details && withDetails(folder, name)),
    };
  } catch (error) {
    // It went away between reading the folder and looking at it.
    if (hasErrno(error, 'ENOENT', 'EINVAL')) return entry;
    throw error;
  }
}

function withDetails(folder: Handle, name: string): Pick<ListedEntry, 'size' | 'mtime'> {
  const { size, mtime } = lstatSync(folder.at(name));
  return { size, mtime };
}

function sorted(entries: ListedEntry[], by: ListOptions['sort']): ListedEntry[] {
  if (by === 'size') return entries.toSorted((a, b) => (b.size ?? 0) - (a.size ?? 0));
  if (by === 'mtime') return entries.toSorted((a, b) => (b.mtime?.getTime() ?? 0) - (a.mtime?.getTime() ?? 0));
  return entries;
}

function parseCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new ToolError('INVALID_ARGUMENT', `${quote(cursor)} is not a cursor of file_list.`);
}
