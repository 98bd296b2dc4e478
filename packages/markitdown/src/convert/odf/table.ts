/** Tables and sheets of OpenDocument. Repeated rows and cells are not unrolled beyond what holds text. */
import { ConvertError } from '../errors.ts';
import type { Block, Cell } from '../model/document.ts';
import { gridBlocks } from '../sheet/grid.ts';
import { children, textOf, type XmlElement } from '../xml/tree.ts';
import { paragraph } from '../model/document.ts';

/** How a table is read. */
export interface OdfTableOptions {
  /** True for sheets: blank rows and columns part tables. */
  readonly islands: boolean;
  readonly formulas: boolean;
}

/** Blank cells are not repeated further. */
const mostBlanks = 1000;
/** Most cells of a table that hold text, with their repeats. */
const mostCells = 1_000_000;
const widest = 16_384;

/** The tables of a table element. */
export function tableBlocks(table: XmlElement, readCell: (cell: XmlElement) => Block[], options: OdfTableOptions): Block[] {
  const rows: Cell[][] = [];
  let headerRows = 0;
  let cells = 0;
  const count = (more: number) => {
    cells += more;
    if (cells > mostCells) throw new ConvertError('limit', `The table repeats its cells to more than ${mostCells} of them.`);
  };
  const addRow = (row: XmlElement, isHeader: boolean) => {
    const line: Cell[] = [];
    for (const cell of children(row)) {
      if (cell.name !== 'table:table-cell' && cell.name !== 'table:covered-table-cell') continue;
      const made = cell.name === 'table:table-cell' ? toCell(cell, readCell, options) : covered;
      const wanted = Number(cell.attributes['table:number-columns-repeated'] ?? 1) || 1;
      if (made.blocks.length > 0) count(wanted);
      const repeats = Math.min(made.blocks.length > 0 ? wanted : mostBlanks, wanted);
      for (let at = 0; at < repeats; at++) line.push(made);
    }
    while (line.length > 0 && line.at(-1)?.blocks.length === 0 && line.at(-1) !== covered && options.islands) line.pop();
    const wanted = Number(row.attributes['table:number-rows-repeated'] ?? 1) || 1;
    // Blank rows are often repeated to the end of the sheet; one of them parts tables as well.
    const filled = line.filter(({ blocks }) => blocks.length > 0).length;
    const repeats = filled > 0 ? wanted : 1;
    count(filled * (repeats - 1));
    for (let at = 0; at < repeats; at++) rows.push(line);
    if (isHeader) headerRows++;
  };
  const walk = (parent: XmlElement, isHeader: boolean) => {
    for (const element of children(parent)) {
      if (element.name === 'table:table-row') addRow(element, isHeader);
      else if (element.name === 'table:table-header-rows') walk(element, true);
      else if (element.name === 'table:table-rows' || element.name === 'table:table-row-group') walk(element, isHeader);
    }
  };
  walk(table, false);
  if (options.islands) return gridBlocks(rows.map((row) => row.map((cell) => (cell === covered ? undefined : cell))));
  const made = rows.map((row) => row.filter((cell) => cell !== covered)).filter((row) => row.length > 0);
  const [first] = made;
  if (made.length === 1 && first?.length === 1) return [...(first[0]?.blocks ?? [])];
  return made.length === 0 ? [] : [{ type: 'table', rows: made, ...(headerRows > 0 && { headerRows }) }];
}

/** A place that a merged cell covers. */
const covered: Cell = { blocks: [] };

function toCell(cell: XmlElement, readCell: (cell: XmlElement) => Block[], { islands, formulas }: OdfTableOptions): Cell {
  const formula = cell.attributes['table:formula']?.replace(/^\w+:/, '');
  const blocks = formulas && formula !== undefined ? [paragraph(formula)] : readCell(cell);
  const shown =
    blocks.length === 0 && islands && textOf(cell).trim() === ''
      ? (cell.attributes['office:value'] ?? cell.attributes['office:string-value'] ?? '')
      : '';
  return {
    blocks: shown === '' ? blocks : [paragraph(shown)],
    colspan: Math.min(widest, Number(cell.attributes['table:number-columns-spanned'] ?? 1) || 1),
    rowspan: Number(cell.attributes['table:number-rows-spanned'] ?? 1) || 1,
  };
}
