/** Splits the cells of a sheet into tables: islands of cells with blank rows or columns between them. */
import type { Block, Cell } from '../model/document.ts';

/** A larger sheet is printed as one table. */
const mostPlaces = 20_000_000;
/** A merged cell that covers more places counts with its first place only. */
const mostCovered = 100_000;

interface Box {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** The tables of a grid, from top to bottom and left to right. Places that a merged cell covers are ignored. */
export function gridBlocks(rows: readonly (readonly (Cell | undefined)[])[]): Block[] {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  if (width === 0) return [];
  if (width * rows.length > mostPlaces) return blocksOf(rows, { top: 0, left: 0, bottom: rows.length - 1, right: width - 1 });
  return islands(rows, width).flatMap((box) => blocksOf(rows, box));
}

/** Groups filled places that touch each other. */
function islands(rows: readonly (readonly (Cell | undefined)[])[], width: number): Box[] {
  // 0 blank, 1 filled, 2 visited.
  const places = new Uint8Array(width * rows.length);
  for (const [y, row] of rows.entries())
    for (const [x, cell] of row.entries()) if (isFilled(cell)) fill(places, width, rows.length, y, x, cell);
  const boxes: Box[] = [];
  for (let at = places.indexOf(1); at !== -1; at = places.indexOf(1, at + 1)) boxes.push(flood(places, width, at));
  return joined(boxes).toSorted((a, b) => a.top - b.top || a.left - b.left);
}

function fill(places: Uint8Array, width: number, height: number, y: number, x: number, cell: Cell): void {
  const right = Math.min(width, x + (cell.colspan ?? 1));
  const bottom = Math.min(height, y + (cell.rowspan ?? 1));
  if ((right - x) * (bottom - y) > mostCovered) {
    places[y * width + x] = 1;
    return;
  }
  for (let row = y; row < bottom; row++) places.fill(1, row * width + x, row * width + right);
}

function flood(places: Uint8Array, width: number, start: number): Box {
  const box: Box = { top: Infinity, left: Infinity, bottom: 0, right: 0 };
  const queue = [start];
  places[start] = 2;
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const x = at % width;
    const y = (at - x) / width;
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    for (const next of [at - width, at + width, x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1]) {
      if (next < 0 || places[next] !== 1) continue;
      places[next] = 2;
      queue.push(next);
    }
  }
  return box;
}

/** Joins boxes that overlap. */
function joined(boxes: readonly Box[]): Box[] {
  const done: Box[] = [];
  for (const box of boxes) {
    const over = done.findLast((one) => one.top <= box.bottom && box.top <= one.bottom && one.left <= box.right && box.left <= one.right);
    if (!over) done.push({ ...box });
    else {
      over.top = Math.min(over.top, box.top);
      over.left = Math.min(over.left, box.left);
      over.bottom = Math.max(over.bottom, box.bottom);
      over.right = Math.max(over.right, box.right);
    }
    // Very many islands are no tables but a pattern; they are not compared with all others.
    if (done.length > 2000) return [...done, ...boxes.slice(boxes.indexOf(box) + 1)];
  }
  return done.length === boxes.length ? done : joined(done);
}

function blocksOf(all: readonly (readonly (Cell | undefined)[])[], box: Box): Block[] {
  const rows: Cell[][] = [];
  // How far down merged cells of earlier rows reach, by column.
  const covered: number[] = [];
  for (let y = box.top; y <= box.bottom; y++) {
    const line: Cell[] = [];
    for (let x = box.left; x <= box.right;) {
      if ((covered[x] ?? 0) > y) {
        x++;
        continue;
      }
      const found = all[y]?.[x] ?? blank;
      const colspan = Math.min(found.colspan ?? 1, box.right - x + 1);
      const rowspan = Math.min(found.rowspan ?? 1, box.bottom - y + 1);
      line.push({ ...found, colspan, rowspan });
      for (let column = x; column < x + colspan; column++) covered[column] = y + rowspan;
      x += colspan;
    }
    rows.push(line);
  }
  const width = box.right - box.left + 1;
  const titles: Block[] = [];
  // A cell over the whole width is the table's title, and a cell alone is text.
  while (
    rows[0]?.length === 1 &&
    (rows[0][0]?.rowspan ?? 1) === 1 &&
    (rows[0][0]?.colspan ?? 1) === width &&
    (width > 1 || rows.length === 1)
  ) {
    titles.push(...(rows.shift()?.[0]?.blocks ?? []));
  }
  return rows.length === 0 ? titles : [...titles, { type: 'table', rows, headerRows: 1 }];
}

const blank: Cell = { blocks: [] };

function isFilled(cell: Cell | undefined): cell is Cell {
  return cell !== undefined && cell.blocks.length > 0;
}
