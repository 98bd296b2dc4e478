/** Tables without lines: rows whose texts stand in the same columns. */
import { type Chunk, median, type Ruling } from './geometry.ts';
import type { Segment, SegmentRow } from './segments.ts';

/** A cell: its column, how many it covers, and its text. */
export interface OpenCell {
  readonly column: number;
  readonly colspan: number;
  readonly chunks: Chunk[];
}

/** A table and the rows it takes, as indexes. */
export interface OpenTable {
  readonly first: number;
  readonly last: number;
  readonly width: number;
  readonly rows: OpenCell[][];
}

type Interval = readonly [from: number, to: number];

const mark = /^(?:[•◦▪▫●○■□‣⁃∙·➢✓✔❖–—*-]|[([]?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.):\]]*)$/i;

/** Finds the next table that begins at a row or below it. */
export function nextTable(rows: readonly SegmentRow[], from: number, rulings: readonly Ruling[]): OpenTable | undefined {
  for (let first = from; first < rows.length; first++) {
    if ((rows[first]?.segments.length ?? 0) < 2) continue;
    const last = grow(rows, first);
    const table = last > first ? toTable(rows, first, last, rulings) : undefined;
    if (table) return table;
  }
  return undefined;
}

/** The last row that stands in the columns of the rows before it. */
function grow(rows: readonly SegmentRow[], first: number): number {
  let last = first;
  let gutters = gapsOf(rows[first]);
  let pitches: number[] = [];
  for (let at = first + 1; at < rows.length; at++) {
    const row = rows[at];
    const above = rows[at - 1];
    if (!row || !above) break;
    const gap = row.baseline - above.baseline;
    const usual = pitches.length > 0 ? median(pitches) : gap;
    const kept = row.segments.length > 1 ? shared(gutters, gapsOf(row)) : [];
    if (row.segments.length > 1) {
      const most = Math.max(row.size * 2.6, usual * 2.2);
      if (gap > most && !(gap < row.size * 3.5 && kept.length === gutters.length)) break;
      if (kept.length === 0 || (kept.length < gutters.length / 2 && gutters.length > 2)) {
        // A header over several columns may cross gutters, when the columns go on below.
        const below = rows[at + 1];
        if (!below || shared(gutters, gapsOf(below)).length < gutters.length / 2 || kept.length === 0) break;
      } else if (row.segments.length - 1 > gutters.length) gutters = gapsOf(row);
      else gutters = at - first < 3 && kept.length < gutters.length ? kept : merged(gutters, kept);
      pitches = [...pitches, gap];
      last = at;
      continue;
    }
    const [single] = row.segments;
    if (!single || !belongs(single, row, rows[at + 1], gutters, gap, usual)) break;
  }
  return last;
}

/** A row with one text: the rest of a cell, or a label over the rows below. */
function belongs(
  single: Segment,
  row: SegmentRow,
  below: SegmentRow | undefined,
  gutters: readonly Interval[],
  gap: number,
  usual: number,
): boolean {
  const goesOn =
    below !== undefined &&
    below.segments.length > 1 &&
    shared(gutters, gapsOf(below)).length >= gutters.length / 2 &&
    below.baseline - row.baseline <= Math.max(row.size * 2.2, usual * 1.4);
  const crossed = gutters.filter(([from, to]) => single.left < from && single.right > to).length;
  if (crossed > 0) return goesOn && gap <= Math.max(row.size * 2, usual * 1.4) && single.letters < 80;
  // Long texts of a column stand apart from each other.
  const isAligned = gutters.some(([, to]) => Math.abs(single.left - to) < 2);
  if (isAligned && gap <= row.size * 2.6) return true;
  const inFirst = gutters.every(([from]) => single.right <= from + 1);
  return gap <= row.size * 1.5 ? !inFirst || goesOn : goesOn && gap <= usual * 1.4;
}

function gapsOf(row: SegmentRow | undefined): Interval[] {
  const segments = row?.segments ?? [];
  return segments.slice(1).map((segment, at): Interval => [segments[at]?.right ?? 0, segment.left]);
}

/** The common parts of gaps. */
function shared(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  return a.flatMap(([from, to]) =>
    b.flatMap(([otherFrom, otherTo]): Interval[] => {
      const overlap: Interval = [Math.max(from, otherFrom), Math.min(to, otherTo)];
      return overlap[1] - overlap[0] > 3 ? [overlap] : [];
    }),
  );
}

/** Gutters, narrowed where the new row narrows them. */
function merged(gutters: readonly Interval[], kept: readonly Interval[]): Interval[] {
  return gutters.map((gutter) => kept.find(([from, to]) => from < gutter[1] && to > gutter[0]) ?? gutter);
}

function toTable(rows: readonly SegmentRow[], first: number, last: number, rulings: readonly Ruling[]): OpenTable | undefined {
  const taken = rows.slice(first, last + 1);
  const full = taken.filter(({ segments }) => segments.length > 1);
  const spans = spanningRules(taken, rulings);
  const columns = columnsOf(taken.map((row) => ({ ...row, segments: row.segments.filter((segment) => !spans.has(segment)) })));
  if (columns.length < 2 || full.length < (columns.length > 2 ? 2 : 3)) return undefined;
  const firstTexts = taken.flatMap(({ segments }) =>
    segments[0] && segments[0].left < (columns[0]?.[1] ?? 0) ? [textOf(segments[0])] : [],
  );
  // Marks before texts are a list.
  if (columns.length === 2 && firstTexts.every((text) => mark.test(text))) return undefined;
  const lines = taken.map((row) => ({
    row,
    cells: row.segments.map((segment) => cellOf(segment, spans.get(segment) ?? segment, columns)),
  }));
  const usual = median(lines.slice(1).map(({ row }, at) => row.baseline - (lines[at]?.row.baseline ?? 0)));
  const result: OpenCell[][] = [];
  const wrapped = wrappedLines(
    lines.map(({ row }) => row),
    rulings,
  );
  for (const [at, { row, cells }] of lines.entries()) {
    const above = lines[at - 1];
    const before = result.at(-1);
    if (before && wrapped.has(at)) addTo(before, cells);
    else if (above && before && goesOn(above.row, row, before, cells, usual, rulings, columns.length)) append(before, cells);
    else result.push(inOrder(cells));
  }
  return result.length < 2 ? undefined : { first, last, width: columns.length, rows: result };
}

/**
 * Lines that belong to the row above them because rows stand apart: in each group of close lines, few have more than one text.
 *
 * @returns their indexes
 */
function wrappedLines(rows: readonly SegmentRow[], rulings: readonly Ruling[]): Set<number> {
  const groups: number[][] = [];
  for (const [at, row] of rows.entries()) {
    const above = rows[at - 1];
    if (above && row.baseline - above.baseline <= row.size * 1.4 && !isParted(above, row, rulings)) groups.at(-1)?.push(at);
    else groups.push([at]);
  }
  if (groups.length < 3 || groups.length === rows.length) return new Set();
  const long = groups.filter(({ length }) => length > 1);
  const many = (group: readonly number[]) => group.filter((at) => (rows[at]?.segments.length ?? 0) > 1).length;
  if (!long.every((group) => many(group) <= Math.max(1, group.length / 2))) return new Set();
  return new Set(long.flatMap((group) => group.slice(1)));
}

/** True when a line is drawn between two rows. */
function isParted(above: SegmentRow, row: SegmentRow, rulings: readonly Ruling[]): boolean {
  const left = Math.min(...row.segments.map((segment) => segment.left));
  const right = Math.max(...row.segments.map((segment) => segment.right));
  return rulings.some(
    ({ isVertical, at, from, to }) => !isVertical && at > above.baseline && at < row.baseline && from < right && to > left,
  );
}

/** Adds the texts of a line to a row, also to columns that were blank so far. */
function addTo(before: OpenCell[], cells: readonly OpenCell[]): void {
  for (const cell of cells) {
    const known = before.find((other) => cell.column >= other.column && cell.column < other.column + other.colspan);
    if (known) known.chunks.push(...cell.chunks);
    else before.push({ ...cell, colspan: 1 });
  }
  before.sort((a, b) => a.column - b.column);
}

/** Column intervals: the parts between strips that hardly any row crosses. */
function columnsOf(rows: readonly SegmentRow[]): Interval[] {
  const all = rows.flatMap(({ segments }) => segments);
  const edges = all.flatMap(({ left, right }) => [
    { at: left, step: 1 },
    { at: right, step: -1 },
  ]);
  const allowed = Math.floor(rows.length * 0.12);
  const size = median(rows.map((row) => row.size));
  const columns: [number, number][] = [];
  let depth = 0;
  let inside = false;
  for (const { at, step } of edges.toSorted((a, b) => a.at - b.at || b.step - a.step)) {
    depth += step;
    if (!inside && depth > allowed) {
      inside = true;
      const before = columns.at(-1);
      if (before && at - before[1] < size * 0.5) continue;
      columns.push([at, at]);
    } else if (inside && depth <= allowed) {
      inside = false;
      const open = columns.at(-1);
      if (open) open[1] = at;
    }
  }
  return columns;
}

/** Headers over several columns have a line below them that is as wide as these columns. */
function spanningRules(rows: readonly SegmentRow[], rulings: readonly Ruling[]): Map<Segment, Place> {
  const left = Math.min(...rows.flatMap(({ segments }) => segments.map((segment) => segment.left)));
  const right = Math.max(...rows.flatMap(({ segments }) => segments.map((segment) => segment.right)));
  const found = new Map<Segment, Place>();
  for (const { segments, size, baseline } of rows) {
    const lines = rulings.filter(
      ({ isVertical, at, from, to }) => !isVertical && at > baseline && at < baseline + size * 1.3 && to - from < (right - left) * 0.8,
    );
    for (const segment of segments) {
      const line = lines.find(({ from, to }) => from <= segment.left + 3 && to >= segment.right - 3);
      const isAlone = line && segments.every((other) => other === segment || other.right <= line.from || other.left >= line.to);
      if (isAlone && line.to - line.from > (segment.right - segment.left) * 1.2) found.set(segment, { left: line.from, right: line.to });
    }
  }
  return found;
}

interface Place {
  readonly left: number;
  readonly right: number;
}

function cellOf({ chunks }: Segment, segment: Place, columns: readonly Interval[]): OpenCell {
  const overlapped = columns.flatMap(([from, to], at) => {
    const overlap = Math.min(to, segment.right) - Math.max(from, segment.left);
    return overlap > Math.min(to - from, segment.right - segment.left) * 0.3 ? [at] : [];
  });
  const middle = (segment.left + segment.right) / 2;
  // A text in the middle of two columns is over both.
  const between = columns.findIndex(([, end], at) => middle > end && middle < (columns[at + 1]?.[0] ?? 0));
  if (overlapped.length === 0 && between !== -1) return { column: between, colspan: 2, chunks: [...chunks] };
  const nearest = columns
    .map(([from, to], at) => ({ at, distance: middle < from ? from - middle : middle > to ? middle - to : 0 }))
    .toSorted((a, b) => a.distance - b.distance)[0]?.at;
  const column = overlapped[0] ?? nearest ?? 0;
  return { column, colspan: Math.max(1, (overlapped.at(-1) ?? column) - column + 1), chunks: [...chunks] };
}

/** Whether a line is the rest of the row above it. */
function goesOn(
  above: SegmentRow,
  row: SegmentRow,
  before: readonly OpenCell[],
  cells: readonly OpenCell[],
  usual: number,
  rulings: readonly Ruling[],
  width: number,
): boolean {
  const gap = row.baseline - above.baseline;
  if (isParted(above, row, rulings) || gap > row.size * 1.5) return false;
  const fits = cells.every((cell) => before.some((other) => other.column === cell.column && other.colspan >= cell.colspan));
  if (!fits || cells.length > before.length) return false;
  // Rows that stand apart have their lines close together.
  if (usual > gap * 1.3) return true;
  return !cells.some(({ column }) => column === 0) && cells.length <= Math.max(1, (width - 1) / 2);
}

function append(before: readonly OpenCell[], cells: readonly OpenCell[]): void {
  for (const cell of cells) before.find((other) => other.column === cell.column)?.chunks.push(...cell.chunks);
}

/** Cells by their columns; two in one column are one. */
function inOrder(cells: readonly OpenCell[]): OpenCell[] {
  const result: OpenCell[] = [];
  for (const cell of cells) {
    const last = result.at(-1);
    if (last && cell.column < last.column + last.colspan) last.chunks.push(...cell.chunks);
    else result.push(cell);
  }
  return result;
}

function textOf({ chunks }: Segment): string {
  return chunks
    .map(({ text }) => text)
    .join('')
    .trim();
}
