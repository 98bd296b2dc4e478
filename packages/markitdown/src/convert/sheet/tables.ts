/** The cells of a sheet as the spreadsheet library gives them. */
import type { CellObject, ColInfo, Range, RowInfo } from '@e965/xlsx';
import type { Block, Cell, Inline } from '../model/document.ts';
import type { ConvertOptions } from '../options.ts';
import { gridBlocks } from './grid.ts';

/** The cells of a sheet. */
export interface SheetCells {
  readonly rows: readonly (readonly (CellObject | undefined)[] | undefined)[];
  readonly merges: readonly Range[];
  readonly hiddenRows: readonly (RowInfo | undefined)[];
  readonly hiddenColumns: readonly (ColInfo | undefined)[];
  readonly format: (cell: CellObject) => string;
  /** Keeps the comment of a cell and returns its id. */
  readonly addNote: (author: string, words: string) => string;
}

const mostMerges = 100_000;

/** The tables of a sheet. */
export function sheetTables(sheet: SheetCells, options: ConvertOptions): Block[] {
  const shows = (info: { hidden?: boolean } | undefined) => options.hidden === true || info?.hidden !== true;
  const grid: (Cell | undefined)[][] = Array.from(sheet.rows, (cells, row) =>
    cells && shows(sheet.hiddenRows[row])
      ? Array.from(cells, (one, column) => (one && shows(sheet.hiddenColumns[column]) ? contentOf(one, sheet, options) : undefined))
      : [],
  );
  for (const { s, e } of sheet.merges.slice(0, mostMerges)) {
    const line = grid[s.r];
    const first = line?.[s.c];
    if (line && first) line[s.c] = { ...first, colspan: e.c - s.c + 1, rowspan: e.r - s.r + 1 };
  }
  return gridBlocks(grid);
}

function contentOf(one: CellObject, sheet: SheetCells, options: ConvertOptions): Cell | undefined {
  const shown = options.formulas && one.f ? `=${one.f}` : textOf(one, sheet);
  const href = one.l?.Target;
  const isLink = href !== undefined && /^(?:https?|mailto):/i.test(href);
  const run: Inline = { type: 'text', text: shown, ...(isLink && { href }) };
  const notes =
    options.comments === false ? [] : (one.c ?? []).map(({ a, t }): Inline => ({ type: 'note', id: sheet.addNote(a ?? '', t ?? '') }));
  return shown === '' && notes.length === 0 ? undefined : { blocks: [{ type: 'paragraph', content: [run, ...notes] }] };
}

function textOf(one: CellObject, { format }: SheetCells): string {
  // A formula that was never calculated has no value, and the library nothing to print.
  if (one.t === 'z' || one.v === undefined) return '';
  if (one.t === 's')
    return String(one.v ?? '')
      .replaceAll('\r\n', '\n')
      .trim();
  return format(one).trim();
}
