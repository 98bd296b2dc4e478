/** Splits the cells of a sheet into tables: islands of cells with blank rows or columns between them. */
import type { CellObject, ColInfo, Range, RowInfo } from '@e965/xlsx';
import { type Block, type Cell, cell, type Inline, type Table } from '../model/document.ts';
import type { ConvertOptions } from '../options.ts';

/** The cells of a sheet. */
export interface SheetCells {
  readonly rows: readonly (readonly (CellObject | undefined)[] | undefined)[];
  readonly merges: readonly Range[];
  readonly hiddenRows: readonly (RowInfo | undefined)[];
  readonly hiddenColumns: readonly (ColInfo | undefined)[];
  readonly format: (cell: CellObject) => string;
}

interface Place {
  readonly row: number;
  readonly column: number;
}

interface Box {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** The tables of a sheet, from top to bottom and left to right. */
export function sheetTables(sheet: SheetCells, options: ConvertOptions): Block[] {
  const grid = readGrid(sheet, options);
  return islands(grid)
    .map((box) => tableOf(grid, box))
    .filter((table) => table !== undefined);
}

interface Grid {
  readonly rows: Map<number, Map<number, Cell>>;
  /** Places that a merged cell covers, with its first place. */
  readonly covered: Map<string, Place>;
  readonly spans: Map<string, Range>;
}

function readGrid(sheet: SheetCells, options: ConvertOptions): Grid {
  const grid: Grid = { rows: new Map(), covered: new Map(), spans: new Map() };
  for (const [row, cells] of sheet.rows.entries()) {
    if (!cells || (sheet.hiddenRows[row]?.hidden && options.hidden !== true)) continue;
    const line = new Map<number, Cell>();
    for (const [column, one] of cells.entries()) {
      if (!one || (sheet.hiddenColumns[column]?.hidden && options.hidden !== true)) continue;
      const content = contentOf(one, sheet, options);
      if (content) line.set(column, content);
    }
    if (line.size > 0) grid.rows.set(row, line);
  }
  for (const merge of sheet.merges.slice(0, 100_000)) addMerge(grid, merge);
  return grid;
}

function addMerge(grid: Grid, merge: Range): void {
  if (!grid.rows.get(merge.s.r)?.has(merge.s.c)) return;
  grid.spans.set(key(merge.s.r, merge.s.c), merge);
  const places = (merge.e.r - merge.s.r + 1) * (merge.e.c - merge.s.c + 1);
  if (places > 10_000) return;
  for (let row = merge.s.r; row <= merge.e.r; row++) {
    for (let column = merge.s.c; column <= merge.e.c; column++) {
      if (row === merge.s.r && column === merge.s.c) continue;
      grid.covered.set(key(row, column), { row: merge.s.r, column: merge.s.c });
      grid.rows.get(row)?.delete(column);
    }
  }
}

function contentOf(one: CellObject, sheet: SheetCells, options: ConvertOptions): Cell | undefined {
  const shown = options.formulas && one.f ? `=${one.f}` : textOf(one, sheet);
  if (shown === '') return undefined;
  const href = one.l?.Target;
  if (href === undefined || !/^(?:https?|mailto):/i.test(href)) return cell(shown);
  const run: Inline = { type: 'text', text: shown, href };
  return { blocks: [{ type: 'paragraph', content: [run] }] };
}

function textOf(one: CellObject, { format }: SheetCells): string {
  if (one.t === 'z') return '';
  if (one.t === 's')
    return String(one.v ?? '')
      .replaceAll('\r\n', '\n')
      .trim();
  return format(one).trim();
}

/** Groups filled places that touch each other, also at corners. */
function islands(grid: Grid): Box[] {
  const boxes: Box[] = [];
  const boxOf = new Map<string, Box>();
  const places = [...grid.rows.entries()].flatMap(([row, line]) => [...line.keys()].map((column) => ({ row, column })));
  for (const place of [...places, ...[...grid.covered.keys()].map(placeOf)]) {
    if (boxOf.has(key(place.row, place.column))) continue;
    boxes.push(flood(grid, place, boxOf));
  }
  return joined(boxes).toSorted((a, b) => a.top - b.top || a.left - b.left);
}

function flood(grid: Grid, from: Place, boxOf: Map<string, Box>): Box {
  const box: Box = { top: from.row, left: from.column, bottom: from.row, right: from.column };
  const queue = [from];
  boxOf.set(key(from.row, from.column), box);
  for (let place = queue.pop(); place; place = queue.pop()) {
    box.top = Math.min(box.top, place.row);
    box.bottom = Math.max(box.bottom, place.row);
    box.left = Math.min(box.left, place.column);
    box.right = Math.max(box.right, place.column);
    for (let row = place.row - 1; row <= place.row + 1; row++) {
      for (let column = place.column - 1; column <= place.column + 1; column++) {
        const name = key(row, column);
        if (boxOf.has(name) || !(grid.rows.get(row)?.has(column) || grid.covered.has(name))) continue;
        boxOf.set(name, box);
        queue.push({ row, column });
      }
    }
  }
  return box;
}

/** Joins boxes that overlap. */
function joined(boxes: readonly Box[]): Box[] {
  const sorted = boxes.toSorted((a, b) => a.top - b.top);
  const done: Box[] = [];
  for (const box of sorted) {
    const over = done.find((one) => one.top <= box.bottom && box.top <= one.bottom && one.left <= box.right && box.left <= one.right);
    if (!over) done.push({ ...box });
    else {
      over.top = Math.min(over.top, box.top);
      over.left = Math.min(over.left, box.left);
      over.bottom = Math.max(over.bottom, box.bottom);
      over.right = Math.max(over.right, box.right);
    }
  }
  return done.length === boxes.length ? done : joined(done);
}

function tableOf(grid: Grid, box: Box): Table | undefined {
  const rows: Cell[][] = [];
  for (let row = box.top; row <= box.bottom; row++) {
    const line: Cell[] = [];
    for (let column = box.left; column <= box.right; column++) {
      if (grid.covered.has(key(row, column))) continue;
      const found = grid.rows.get(row)?.get(column) ?? { blocks: [] };
      const merge = grid.spans.get(key(row, column));
      line.push(merge ? { ...found, colspan: merge.e.c - merge.s.c + 1, rowspan: merge.e.r - merge.s.r + 1 } : found);
    }
    rows.push(line);
  }
  return rows.length === 0 ? undefined : { type: 'table', rows, headerRows: 1 };
}

function key(row: number, column: number): string {
  return `${row}:${column}`;
}

function placeOf(name: string): Place {
  const [row = 0, column = 0] = name.split(':').map(Number);
  return { row, column };
}
