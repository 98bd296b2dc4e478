/** Splits a page into zones: text over the full width, text in columns, tables without lines. */
import { proseGutter } from './columns.ts';
import { type Chunk, type Row, type Ruling, toRows } from './geometry.ts';
import { nextTable, type OpenTable } from './open-tables.ts';
import { type SegmentRow, toSegmentRows } from './segments.ts';

/** A part of a page. */
export type Zone = ({ readonly kind: 'text'; readonly rows: Row[] } | { readonly kind: 'table'; readonly table: OpenTable }) & {
  /** The first of a column, which goes on with the column before. */
  readonly startsColumn?: boolean;
};

const deepest = 8;

/** Finds the zones of chunks, in reading order. */
export function findZones(chunks: readonly Chunk[], rulings: readonly Ruling[], depth = 0): Zone[] {
  const rows = toSegmentRows(chunks);
  const gutter = depth < deepest ? proseGutter(rows) : undefined;
  if (!gutter) return flatZones(rows, rulings);
  const middle = (gutter.from + gutter.to) / 2;
  const within = chunksOf(rows.slice(gutter.first, gutter.last + 1));
  return [
    ...findZones(chunksOf(rows.slice(0, gutter.first)), rulings, depth + 1),
    ...findZones(
      within.filter((chunk) => (chunk.left + chunk.right) / 2 < middle),
      rulings,
      depth + 1,
    ),
    ...findZones(
      within.filter((chunk) => (chunk.left + chunk.right) / 2 >= middle),
      rulings,
      depth + 1,
    ).map((zone, at) => (at === 0 ? { ...zone, startsColumn: true } : zone)),
    ...findZones(chunksOf(rows.slice(gutter.last + 1)), rulings, depth + 1),
  ];
}

function flatZones(rows: readonly SegmentRow[], rulings: readonly Ruling[]): Zone[] {
  const zones: Zone[] = [];
  let from = 0;
  const textUntil = (to: number) => {
    if (to > from) zones.push({ kind: 'text', rows: toRows(chunksOf(rows.slice(from, to))) });
  };
  for (let table = nextTable(rows, 0, rulings); table; table = nextTable(rows, from, rulings)) {
    textUntil(table.first);
    zones.push({ kind: 'table', table });
    from = table.last + 1;
  }
  textUntil(rows.length);
  return zones;
}

function chunksOf(rows: readonly SegmentRow[]): Chunk[] {
  return rows.flatMap(({ segments }) => segments.flatMap(({ chunks }) => chunks));
}
