/** What a checkpoint holds. */
import type { BigIntStats } from 'node:fs';
import { z } from 'zod';
import { showName } from '../workspace/names.ts';

/** One file, folder or link of a checkpoint. */
export interface ManifestEntry {
  readonly kind: 'file' | 'folder' | 'link';
  readonly mode: number;
  /** Hash of a file's content, or the text of a link. Missing for a file that is too large to be kept. */
  readonly content?: string;
  /** Size, times and inode: as long as they are the same, the content is, too. */
  readonly stamp: string;
}

/** What a checkpoint is, without what is in it. */
export const infoSchema = z.object({ id: z.string(), principal: z.string(), label: z.string(), time: z.string() });

/** What a checkpoint is, without what is in it. */
export type CheckpointInfo = z.output<typeof infoSchema>;

// There may be 100,000 of them: each is looked at, not taken apart.
const entrySchema = z.custom<ManifestEntry>((value) => typeof value === 'object' && value !== null && 'kind' in value && 'stamp' in value);

export const entriesSchema = z.record(z.string(), entrySchema);

/** A checkpoint: every path of the workspace that is not ignored. */
export interface Manifest extends CheckpointInfo {
  readonly entries: Record<string, ManifestEntry>;
}

/** A difference between two checkpoints. */
export interface Change {
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'deleted';
  readonly before: ManifestEntry | undefined;
  readonly after: ManifestEntry | undefined;
}

/** The stamp of a file. */
export function stampOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}

/** What differs, in order of paths. `path` limits it to one file or folder. */
export function compare(before: Manifest['entries'], after: Manifest['entries'], path?: string): Change[] {
  const isBelow = (name: string) => name === path || name.startsWith(`${path}/`);
  const isWanted = (name: string) => path === undefined || path === '.' || isBelow(name) || isBelow(showName(name));
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(isWanted).toSorted();
  return names.flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    if (old && now && isSame(old, now)) return [];
    return [{ path: name, kind: !old ? 'added' : !now ? 'deleted' : 'changed', before: old, after: now }];
  });
}

function isSame(a: ManifestEntry, b: ManifestEntry): boolean {
  if (a.kind !== b.kind || a.content !== b.content) return false;
  if (a.kind === 'file' && a.content === undefined) return a.stamp === b.stamp;
  return a.kind === 'link' || a.mode === b.mode;
}
