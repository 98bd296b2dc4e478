/** What changed in a folder since a cursor. Found by looking, so that nothing is missed and no kernel queue can overflow. */
import { randomBytes } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { ToolError } from '@sandlot/core';
import { hasErrno } from '../confine/errors.ts';
import { IgnoreRules } from '../search/ignore-rules.ts';
import { walkTree } from '../search/tree.ts';
import { storeFolder } from '../undo/store.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { quote } from '../workspace/names.ts';

/** A change between two looks. */
export interface WatchedChange {
  readonly kind: 'created' | 'changed' | 'deleted';
  /** Below the watched folder. */
  readonly path: string;
}

/** What to watch. */
export interface WatchOptions {
  readonly path: string;
  /** Where the last answer ended; a first look when it is left out. */
  readonly cursor?: string | undefined;
  /** How long to wait for a change. */
  readonly waitMs: number;
  readonly ignored: boolean;
  readonly signal: AbortSignal;
}

interface Look {
  readonly path: string;
  readonly ignored: boolean;
  /** Kind, size, time and inode by path. */
  readonly stamps: ReadonlyMap<string, string>;
}

/** Looks kept per principal; the oldest go first, and say so when they are asked for. */
const mostLooks = 16;
const shortestPauseMs = 100;

/** The looks of all principals. */
export class Watches {
  readonly #looks = new Map<string, Map<string, Look>>();

  /** Gives what changed since the cursor, and the next cursor. */
  async changes(workspace: Workspace, principal: string, options: WatchOptions): Promise<{ changes: WatchedChange[]; cursor: string }> {
    if (options.cursor === undefined) return { changes: [], cursor: this.#keep(principal, await look(workspace, options)) };
    const before = this.#looks.get(principal)?.get(options.cursor);
    if (!before) {
      throw new ToolError(
        'FAILED_PRECONDITION',
        `The cursor ${quote(options.cursor)} is unknown or too old: changes since then are not known.`,
        {
          advice: 'Look at the folder with file_list, then watch it without a cursor.',
        },
      );
    }
    const end = performance.now() + options.waitMs;
    for (;;) {
      const start = performance.now();
      const now = await look(workspace, { ...before, signal: options.signal });
      const changes = compare(before.stamps, now.stamps);
      const left = end - performance.now();
      if (changes.length > 0) return { changes, cursor: this.#keep(principal, now) };
      if (left <= 0) return { changes, cursor: options.cursor };
      // Looking at a large tree may take a fifth of the time, not more.
      const pause = Math.max(shortestPauseMs, (performance.now() - start) * 4);
      await setTimeout(Math.min(pause, left), undefined, { signal: options.signal });
    }
  }

  #keep(principal: string, made: Look): string {
    const looks = this.#looks.get(principal) ?? new Map<string, Look>();
    this.#looks.set(principal, looks);
    const cursor = `w_${randomBytes(9).toString('base64url')}`;
    looks.set(cursor, made);
    if (looks.size > mostLooks) looks.delete(looks.keys().next().value ?? '');
    return cursor;
  }
}

async function look(workspace: Workspace, { path, ignored, signal }: Pick<WatchOptions, 'path' | 'ignored' | 'signal'>): Promise<Look> {
  using found = workspace.existing(path);
  if (!found.target.stats.isDirectory()) throw new ToolError('FAILED_PRECONDITION', `${quote(path)} is not a folder.`);
  const stamps = new Map<string, string>();
  const { watchEntries } = workspace.limits;
  const rules = ignored ? undefined : IgnoreRules.at(workspace, found.shown);
  for await (const { folder, name, path: below, isFolder } of walkTree(found.target, { rules, signal })) {
    if (below === storeFolder || below.startsWith(`${storeFolder}/`)) continue;
    try {
      const { mode, size, mtimeNs, ino } = lstatSync(folder.at(name), { bigint: true });
      stamps.set(isFolder ? `${below}/` : below, isFolder ? `${mode} ${ino}` : `${mode} ${size} ${mtimeNs} ${ino}`);
    } catch (error) {
      if (!hasErrno(error, 'ENOENT', 'EINVAL')) throw error;
    }
    if (stamps.size > watchEntries)
      throw new ToolError('PAYLOAD_TOO_LARGE', `${quote(path)} has more than ${watchEntries} entries.`, {
        advice: 'Watch a folder inside it.',
      });
  }
  return { path, ignored, stamps };
}

function compare(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): WatchedChange[] {
  const changes: WatchedChange[] = [];
  for (const [path, stamp] of now) {
    const old = before.get(path);
    if (old === undefined) changes.push({ kind: 'created', path });
    else if (old !== stamp) changes.push({ kind: 'changed', path });
  }
  for (const path of before.keys()) if (!now.has(path)) changes.push({ kind: 'deleted', path });
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
