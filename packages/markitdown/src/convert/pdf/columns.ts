/** Gutters between columns of running text. */
import type { Segment, SegmentRow } from './segments.ts';

/** A blank strip between two columns, and the rows beside it. */
export interface Gutter {
  readonly from: number;
  readonly to: number;
  /** Index of the first row and of the last. */
  readonly first: number;
  readonly last: number;
}

interface OpenGutter {
  from: number;
  to: number;
  readonly first: number;
  last: number;
}

/** The tallest gutter with running text on both sides; undefined when the rows are no columns. */
export function proseGutter(rows: readonly SegmentRow[]): Gutter | undefined {
  let best: Gutter | undefined;
  for (const found of gutters(rows)) {
    const gutter = upwards(found, rows);
    if (best && gutter.last - gutter.first <= best.last - best.first) continue;
    if (isBetweenProse(gutter, rows)) best = gutter;
  }
  return best;
}

/** Strips that stay blank over several rows. */
function gutters(rows: readonly SegmentRow[]): Gutter[] {
  const closed: OpenGutter[] = [];
  let open: OpenGutter[] = [];
  for (const [index, { segments, size, baseline }] of rows.entries()) {
    const least = size * 0.7;
    const isFar = baseline - (rows[index - 1]?.baseline ?? baseline) > size * 4;
    open = open.filter((gutter) => {
      // What stands alone far below is under the columns, not in one of them.
      const goesOn =
        !isFar || (segments.some(({ right }) => right <= gutter.from + 1) && segments.some(({ left }) => left >= gutter.to - 1));
      const narrowed = goesOn && narrow(gutter, segments);
      if (!narrowed || narrowed.to - narrowed.from < least) {
        closed.push(gutter);
        return false;
      }
      Object.assign(gutter, narrowed, { last: index });
      return true;
    });
    for (const [at, segment] of segments.slice(1).entries()) {
      const from = segments[at]?.right ?? 0;
      const to = segment.left;
      if (to - from < least || open.some((gutter) => gutter.from < to && gutter.to > from)) continue;
      open.push({ from, to, first: index, last: index });
    }
  }
  return [...closed, ...open].filter(({ first, last }) => last - first >= 3);
}

/** What is left of a strip beside the segments of a row; undefined when one crosses it. */
function narrow({ from, to }: { from: number; to: number }, segments: readonly Segment[]): { from: number; to: number } | undefined {
  let [left, right] = [from, to];
  for (const segment of segments) {
    if (segment.right <= left || segment.left >= right) continue;
    if (segment.left <= left && segment.right >= right) return undefined;
    if (segment.left > left && segment.right >= right) right = segment.left;
    else if (segment.right < right && segment.left <= left) left = segment.right;
    else return undefined;
  }
  return { from: left, to: right };
}

/** Columns often begin at different heights: rows above that do not cross belong to them too. */
function upwards(gutter: Gutter, rows: readonly SegmentRow[]): Gutter {
  let { from, to, first } = gutter;
  while (first > 0) {
    const above = rows[first - 1];
    const narrowed = above && narrow({ from, to }, above.segments);
    if (!above || !narrowed || narrowed.to - narrowed.from < above.size * 0.7) break;
    if ((rows[first]?.baseline ?? 0) - above.baseline > above.size * 4) break;
    ({ from, to } = narrowed);
    first--;
  }
  return { from, to, first, last: gutter.last };
}

function isBetweenProse({ from, to, first, last }: Gutter, rows: readonly SegmentRow[]): boolean {
  const middle = (from + to) / 2;
  const left: Segment[] = [];
  const right: Segment[] = [];
  for (const { segments } of rows.slice(first, last + 1)) {
    const before = segments.findLast((segment) => segment.right <= middle + 1);
    const after = segments.find((segment) => segment.left >= middle - 1);
    if (before) left.push(before);
    if (after) right.push(after);
  }
  return isProse(left) && isProse(right);
}

/** Most letters stand in lines that are long and fill the column. */
function isProse(segments: readonly Segment[]): boolean {
  const widths = segments.map((segment) => segment.right - segment.left).toSorted((a, b) => a - b);
  const width = widths[Math.floor(widths.length * 0.9)] ?? 0;
  const lines = segments.filter((segment) => segment.right - segment.left >= width * 0.6 && segment.letters >= lettersOf(segment));
  const all = segments.reduce((sum, { letters }) => sum + letters, 0);
  const inLines = lines.reduce((sum, { letters }) => sum + letters, 0);
  return lines.length >= 3 && inLines >= all * 0.5;
}

/** A line of running text has so many letters; East Asian ones are wider. */
function lettersOf({ chunks }: Segment): number {
  return /[\u3040-\u9fff\uac00-\ud7af]/.test(chunks[0]?.text ?? '') ? 9 : 20;
}
