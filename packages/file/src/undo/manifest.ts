/** What a checkpoint holds. */
import type { BigIntStats } from 'node:fs';
import { z } from 'zod';

const entry = z.object({
  kind: z.enum(['file', 'folder', 'link']),
  mode: z.number(),
  /** Hash of a file's content, or the text of a link. Missing for a file that is too large to be kept. */
  content: z.string().optional(),
  /** Size, times and inode: as long as they are the same, the content is, too. */
  stamp: z.string(),
});

export const manifestSchema = z.object({
  id: z.string(),
  principal: z.string(),
  label: z.string(),
  time: z.string(),
  entries: z.record(z.string(), entry),
});

/** One file, folder or link of a checkpoint. */
export type ManifestEntry = z.output<typeof entry>;

/** A checkpoint: every path of the workspace that is not ignored. */
export type Manifest = z.output<typeof manifestSchema>;

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
  const isWanted = (name: string) => path === undefined || path === '.' || name === path || name.startsWith(`${path}/`);
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
