/** Unified diffs for answers: short, and made from what is known to have changed. */
import { showName } from '../workspace/names.ts';
import { splitLines } from './splice.ts';

const mostBytes = 8000;
const contextLines = 2;
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
  const { head, skipped, tail } = commonEnds(before, after);
  const name = showName(path);
  const patch = structuredPatch(
    name,
    name,
    before.slice(head, before.length - tail),
    after.slice(head, after.length - tail),
    undefined,
    undefined,
    { context: contextLines, maxEditLength: mostEdits, timeout: 1000 },
  );
  if (!patch) {
    const removed = splitLines(before.slice(head, before.length - tail)).length;
    const added = splitLines(after.slice(head, after.length - tail)).length;
    return { text: `(${removed} lines replaced by ${added}; too many differences to show)`, added, removed };
  }
  const lines = patch.hunks.flatMap((hunk) => [
    `@@ -${range(hunk.oldStart, hunk.oldLines, skipped)} +${range(hunk.newStart, hunk.newLines, skipped)} @@`,
    ...hunk.lines,
  ]);
  return {
    text: cutDiff(lines),
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  };
}

/** A range without lines starts at the line before it. */
function range(start: number, lines: number, skipped: number): string {
  return `${start + skipped - (lines === 0 ? 1 : 0)},${lines}`;
}

/** How much both texts have in common at their ends, but for the lines of context; in whole lines. */
function commonEnds(before: string, after: string): { head: number; skipped: number; tail: number } {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before.charCodeAt(head) === after.charCodeAt(head)) head++;
  for (let i = 0; i <= contextLines && head > 0; i++) head = before.lastIndexOf('\n', head - 2) + 1;
  let tail = 0;
  while (tail < shorter - head && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail++;
  let start = before.length - tail;
  for (let i = 0; i <= contextLines && start < before.length; i++) start = before.indexOf('\n', start) + 1 || before.length;
  let skipped = 0;
  for (let at = before.indexOf('\n'); at !== -1 && at < head; at = before.indexOf('\n', at + 1)) skipped++;
  return { head, skipped, tail: before.length - start };
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
