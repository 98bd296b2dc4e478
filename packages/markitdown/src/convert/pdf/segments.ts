/** Segments: what stands on one line without a wide gap. Columns and cells are made of them. */
import { type Chunk, median, type Row, toRows } from './geometry.ts';

/** Text on one line without a wide gap. */
export interface Segment {
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  readonly size: number;
  readonly letters: number;
  readonly chunks: readonly Chunk[];
}

/** A line of a region as its segments, from left to right. */
export interface SegmentRow {
  readonly baseline: number;
  readonly size: number;
  readonly segments: readonly Segment[];
}

/** Wider gaps, in heights of the font, part segments. */
const wide = 0.95;

/** Splits the lines of a region at their wide gaps. */
export function toSegmentRows(chunks: readonly Chunk[]): SegmentRow[] {
  return toRows(chunks).map((row) => ({ baseline: row.baseline, size: row.size, segments: segmentsOf(row) }));
}

function segmentsOf(row: Row): Segment[] {
  const groups: Chunk[][] = [];
  let right = -Infinity;
  for (const chunk of row.chunks) {
    const last = groups.at(-1);
    if (last && chunk.left - right <= wide * Math.min(chunk.size, row.size)) last.push(chunk);
    else groups.push([chunk]);
    right = Math.max(right, chunk.right);
  }
  return groups.map((group) => ({
    left: Math.min(...group.map(({ left }) => left)),
    right: Math.max(...group.map((chunk) => chunk.right)),
    baseline: median(group.map(({ baseline }) => baseline)),
    size: Math.max(...group.map(({ size }) => size)),
    letters: group.reduce((sum, { text }) => sum + text.trim().length, 0),
    chunks: group,
  }));
}
