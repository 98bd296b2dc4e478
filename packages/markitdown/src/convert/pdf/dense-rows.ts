/** Drawn tables whose rows no line parts: one drawn row holds a column of numbers, and so as many rows. */
import { toRows } from './geometry.ts';
import type { RuledCell } from './ruled-tables.ts';

const number = /^[\s\d.,:%()$€£¥+\-–—/*]*\d[\s\d.,:%()$€£¥+\-–—/*]*[a-z]?$|^[-–—]$/;
/** How far baselines of one row may be apart, in points. */
const near = 2.5;

/** The rows that a drawn row really is. */
export function splitRow(row: readonly RuledCell[]): RuledCell[][] {
  if (row.length < 2 || row.some(({ rowspan }) => rowspan > 1)) return [[...row]];
  const lines = row.map(({ chunks }) => toRows(chunks));
  const longest = lines.reduce((most, one) => (one.length > most.length ? one : most), []);
  const isNumbers = (one: (typeof lines)[number]) =>
    one.length >= 3 &&
    one.length >= longest.length * 0.6 &&
    one.filter(({ chunks }) =>
      number.test(
        chunks
          .map(({ text }) => text)
          .join('')
          .trim(),
      ),
    ).length >=
      one.length * 0.7;
  if (longest.length < 3 || (!lines.some((one) => one !== longest && isNumbers(one)) && !(lines.filter(isNumbers).length > 1)))
    return [[...row]];
  const places = longest.map(({ baseline }) => baseline);
  const at = (baseline: number) => places.findIndex((place) => Math.abs(place - baseline) <= near);
  if (lines.flat().some(({ baseline }) => at(baseline) === -1)) return [[...row]];
  return places.map((_, index) =>
    row.map((cell, column) => ({
      ...cell,
      rowspan: 1,
      chunks: (lines[column] ?? []).filter(({ baseline }) => at(baseline) === index).flatMap(({ chunks }) => chunks),
    })),
  );
}
