/** Unified diffs for answers: short, and made from what is known to have changed. */
import { splitLines } from './splice.ts';

const mostBytes = 8000;
/** Above this a search for the smallest difference takes too long to be worth it. */
const mostEdits = 2000;

/** A diff and its size. */
export interface Diff {
  readonly text: string;
  readonly added: number;
  readonly removed: number;
}

/** The difference between two texts, cut where it becomes long. */
export async function diffTexts(path: string, before: string, after: string, signal?: AbortSignal): Promise<Diff> {
  signal?.throwIfAborted();
  if (before === after) return { text: '', added: 0, removed: 0 };
  const { structuredPatch } = await import('diff');
  const patch = structuredPatch(path, path, before, after, undefined, undefined, { context: 2, maxEditLength: mostEdits, timeout: 1000 });
  if (!patch) {
    const [removed, added] = [splitLines(before).length, splitLines(after).length];
    return { text: `(${removed} lines replaced by ${added}; too many differences to show)`, added, removed };
  }
  const lines = patch.hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines,
  ]);
  return {
    text: cutDiff(lines),
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  };
}

function cutDiff(lines: readonly string[]): string {
  let size = 0;
  const shown: string[] = [];
  for (const line of lines) {
    size += line.length + 1;
    if (size > mostBytes) {
      shown.push(`… ${lines.length - shown.length} more lines of diff`);
      break;
    }
    shown.push(line);
  }
  return shown.join('\n').replaceAll('\r', '');
}
