/** Splits a page into zones: text over the full width, text in columns, tables without lines. */
import { type Chunk, median, type Row, toRows } from './geometry.ts';

/** A part of a page. */
export type Zone =
  | { readonly kind: 'text'; readonly top: number; readonly rows: Row[] }
  | { readonly kind: 'columns'; readonly top: number; readonly columns: Zone[][] }
  | { readonly kind: 'table'; readonly top: number; readonly rows: Chunk[][][] };

type Interval = readonly [from: number, to: number];

const deepest = 6;

/** Finds the zones of chunks, in reading order. */
export function findZones(chunks: readonly Chunk[], depth = 0): Zone[] {
  const rows = toRows(chunks);
  const zones: Zone[] = [];
  for (const group of groupRows(rows)) zones.push(...zoneOf(group, depth));
  return zones;
}

interface Group {
  rows: Row[];
  gutters: Interval[];
}

/** Consecutive rows with common blank gutters between their texts. */
function groupRows(rows: readonly Row[]): Group[] {
  const groups: Group[] = [];
  let open: (Group & { filled: Interval[] }) | undefined;
  for (const row of rows) {
    const own = merge(
      row.chunks.map(({ left, right }): Interval => [left, right]),
      row.size * 0.6,
    );
    const least = row.size * 0.9;
    if (open) {
      const filled = merge([...open.filled, ...own], 0);
      const gutters = gaps(filled, least);
      const far = row.baseline - (open.rows.at(-1)?.baseline ?? 0) > row.size * 4;
      const keeps =
        open.gutters.length === 0
          ? gutters.length === 0 || own.length === 1
          : gutters.length > 0 && gutters.length >= Math.min(open.gutters.length, 2) - 1;
      // A row that closes gutters, or opens them below text over the full width, begins a new group.
      if (!far && keeps && !(open.gutters.length === 0 && gaps(own, least).length > 0)) {
        open.rows.push(row);
        open.filled = filled;
        open.gutters = gutters;
        continue;
      }
    }
    open = { rows: [row], filled: own, gutters: gaps(own, least) };
    groups.push(open);
  }
  return groups;
}

function zoneOf({ rows, gutters }: Group, depth: number): Zone[] {
  const top = rows[0]?.baseline ?? 0;
  const text: Zone = { kind: 'text', top, rows };
  if (gutters.length === 0 || depth >= deepest) return [text];
  const edges = gutters.map(([from, to]) => (from + to) / 2);
  const columnOf = (chunk: Chunk) => edges.filter((edge) => edge <= chunk.left + 1).length;
  const columns: Chunk[][] = Array.from({ length: edges.length + 1 }, () => []);
  for (const chunk of rows.flatMap(({ chunks }) => chunks)) columns[columnOf(chunk)]?.push(chunk);
  if (isProse(columns)) return [{ kind: 'columns', top, columns: columns.map((column) => findZones(column, depth + 1)) }];
  const full = rows.filter((row) => new Set(row.chunks.map(columnOf)).size > 1).length;
  if (full < 2) return [text];
  return [{ kind: 'table', top, rows: joinedRows(rows, columns.length, columnOf) }];
}

/** Columns of running text: few, long, and their lines fill them. */
function isProse(columns: readonly Chunk[][]): boolean {
  if (columns.length > 4) return false;
  return columns.every((column) => {
    const rows = toRows(column);
    const left = Math.min(...column.map((chunk) => chunk.left));
    const right = Math.max(...column.map((chunk) => chunk.right));
    const fill = median(
      rows.map(({ chunks }) => chunks.reduce((sum, chunk) => sum + chunk.right - chunk.left, 0) / Math.max(1, right - left)),
    );
    const letters =
      rows.reduce((sum, { chunks }) => sum + chunks.reduce((count, { text }) => count + text.length, 0), 0) / Math.max(1, rows.length);
    return rows.length >= 4 && fill > 0.72 && letters > 18;
  });
}

/** Rows of a table: a line without text in the first column, close below, goes on with the row above. */
function joinedRows(rows: readonly Row[], width: number, columnOf: (chunk: Chunk) => number): Chunk[][][] {
  const result: Chunk[][][] = [];
  const pitch = median(rows.slice(1).map((row, at) => row.baseline - (rows[at]?.baseline ?? 0)));
  let before = 0;
  for (const row of rows) {
    const cells: Chunk[][] = Array.from({ length: width }, () => []);
    for (const chunk of row.chunks) cells[columnOf(chunk)]?.push(chunk);
    const last = result.at(-1);
    const count = cells.filter((cell) => cell.length > 0).length;
    const goesOn =
      last &&
      cells[0]?.length === 0 &&
      count < width / 2 &&
      row.baseline - before <= Math.min(pitch * 1.05, row.size * 1.6) &&
      cells.every((cell, at) => cell.length === 0 || (last[at]?.length ?? 0) > 0);
    if (goesOn) for (const [at, cell] of cells.entries()) last[at]?.push(...cell);
    else result.push(cells);
    before = row.baseline;
  }
  return result;
}

/** Joins intervals that are closer than a distance. */
function merge(intervals: readonly Interval[], distance: number): Interval[] {
  const result: [number, number][] = [];
  for (const [from, to] of intervals.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from - last[1] <= distance) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

function gaps(intervals: readonly Interval[], least: number): Interval[] {
  return intervals.slice(1).flatMap((next, at): Interval[] => {
    const end = intervals[at]?.[1] ?? 0;
    return next[0] - end >= least ? [[end, next[0]]] : [];
  });
}
