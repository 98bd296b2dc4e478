/** What changed between two snapshots, in few words. */
import { indentOf, refOf } from './snapshot.ts';

/** Above this size the two middles are compared as sets instead of in order. */
const alignedCells = 4_000_000;

/**
 * Lists the changes between two snapshots: `+` new line, `~` same element with other content, `-` gone. A line that starts
 * with neither names the parent. Empty when nothing changed.
 */
export function diffLines(earlier: readonly string[], later: readonly string[]): string[] {
  const [before, after] = [earlier.map(withoutFocus), later.map(withoutFocus)];
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < before.length - start && tail < after.length - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const old = before.slice(start, before.length - tail);
  const now = after.slice(start, after.length - tail);
  if (old.length === 0 && now.length === 0) return [];
  const common = old.length * now.length <= alignedCells ? alignedPairs(old, now) : setPairs(old, now);
  return describe(old, now, common, after, start);
}

/** Where the focus is changes with nearly every action and says little. */
function withoutFocus(line: string): string {
  return line.replace(' [active]', '');
}

/** Index pairs of equal lines, in order: the longest common subsequence. */
function alignedPairs(old: readonly string[], now: readonly string[]): { old: Set<number>; now: Set<number> } {
  const width = now.length + 1;
  const table = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      table[i * width + j] =
        old[i] === now[j]
          ? (table[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
    }
  }
  const pairs = { old: new Set<number>(), now: new Set<number>() };
  for (let i = 0, j = 0; i < old.length && j < now.length;) {
    if (old[i] === now[j]) {
      pairs.old.add(i++);
      pairs.now.add(j++);
    } else if ((table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return pairs;
}

function setPairs(old: readonly string[], now: readonly string[]): { old: Set<number>; now: Set<number> } {
  const places = new Map<string, number[]>();
  old.forEach((line, index) => void (places.get(line)?.push(index) ?? places.set(line, [index])));
  const pairs = { old: new Set<number>(), now: new Set<number>() };
  now.forEach((line, index) => {
    const match = places.get(line)?.shift();
    if (match === undefined) return;
    pairs.old.add(match);
    pairs.now.add(index);
  });
  return pairs;
}

function describe(
  old: readonly string[],
  now: readonly string[],
  common: { old: Set<number>; now: Set<number> },
  after: readonly string[],
  start: number,
): string[] {
  const goneRefs = new Set(old.flatMap((line, index) => (common.old.has(index) ? [] : (refOf(line) ?? []))));
  const cameRefs = new Set(now.flatMap((line, index) => (common.now.has(index) ? [] : (refOf(line) ?? []))));
  const said: string[] = [];
  let parent: string | undefined;
  let base = 0;
  now.forEach((line, index) => {
    if (common.now.has(index)) return;
    const above = parentLine(after, start + index);
    const shown = above !== undefined && !isNew(after, above, start, common.now, now.length) ? after[above]?.trim() : undefined;
    if (shown !== undefined && shown !== parent) {
      parent = shown;
      said.push(`in ${shorten(shown)}`);
    }
    if (common.now.has(index - 1) || index === 0 || indentOf(line) < base) base = indentOf(line);
    const ref = refOf(line);
    const mark = ref !== undefined && goneRefs.has(ref) ? '~' : '+';
    said.push(`${mark} ${' '.repeat(indentOf(line) - base)}${line.trimStart().replace(/^- /, '')}`);
  });
  let removedBelow = -1;
  old.forEach((line, index) => {
    const indent = indentOf(line);
    if (removedBelow >= 0 && indent > removedBelow) return;
    removedBelow = -1;
    if (common.old.has(index)) return;
    const ref = refOf(line);
    if (ref !== undefined && cameRefs.has(ref)) return;
    if (ref !== undefined) removedBelow = indent;
    said.push(`- ${shorten(line.trim())}`);
  });
  return said;
}

function isNew(after: readonly string[], index: number, start: number, common: Set<number>, length: number): boolean {
  const inside = index - start;
  return inside >= 0 && inside < length && !common.has(inside) && after[index] !== undefined;
}

function parentLine(lines: readonly string[], index: number): number | undefined {
  const indent = indentOf(lines[index] ?? '');
  for (let above = index - 1; above >= 0; above--) if (indentOf(lines[above] ?? '') < indent) return above;
  return undefined;
}

function shorten(line: string): string {
  const text = line.replace(/^- /, '');
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
