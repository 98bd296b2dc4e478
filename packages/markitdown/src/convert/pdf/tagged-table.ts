/** Rows of tagged tables: the engine tells cells, but not how many columns they cover. */
import type { Cell } from '../model/document.ts';

/** A cell and where its text stands. */
export interface PlacedCell extends Cell {
  readonly left: number;
  readonly right: number;
}

/** Lays rows with fewer cells over the columns of full ones. */
export function withSpans(rows: readonly (readonly PlacedCell[])[]): Cell[][] {
  const width = Math.max(...rows.map(({ length }) => length));
  const full = rows.filter(({ length }) => length === width);
  const columns = Array.from({ length: width }, (_, at) => {
    const cells = full.flatMap((row) => {
      const cell = row[at];
      return cell && Number.isFinite(cell.left) ? [cell] : [];
    });
    return { left: Math.min(...cells.map(({ left }) => left)), right: Math.max(...cells.map(({ right }) => right)) };
  });
  const centers = columns.map(({ left, right }) => (left + right) / 2);
  return rows.map((row) => {
    if (row.length === width) return row.map(({ blocks }) => ({ blocks }));
    const result: Cell[] = [];
    let next = 0;
    for (const [at, cell] of row.entries()) {
      const middle = (cell.left + cell.right) / 2;
      const left = row.length - at - 1;
      // The nearest column that leaves room for the cells after this one.
      let column = next;
      for (let other = next; other < width - left; other++)
        if (Math.abs((centers[other] ?? 0) - middle) < Math.abs((centers[column] ?? 0) - middle)) column = other;
      const covered = columns.flatMap((one, index) => (index >= next && one.right > cell.left && one.left < cell.right ? [index] : []));
      const first = Math.max(next, Math.min(covered[0] ?? column, width - left - 1));
      while (next < first) {
        result.push({ blocks: [] });
        next++;
      }
      const colspan = Math.max(1, Math.min((covered.at(-1) ?? first) - first + 1, width - left - first));
      result.push({ blocks: cell.blocks, colspan });
      next = first + colspan;
    }
    while (next < width) {
      result.push({ blocks: [] });
      next++;
    }
    return result;
  });
}
