/** Prints tables: GFM pipes, or HTML where pipes would lose spans or blocks. */
import type { Align, Block, Cell, Table } from '../model/document.ts';

/** Prints the blocks of a cell on one line. */
export type CellWriter = (blocks: readonly Block[]) => string;

/** Most columns that spans may reach, and most places that they may fill: so many, and so many per cell. */
const mostColumns = 16_384;
const freePlaces = 10_000;
const placesPerCell = 32;
/** Longest text that is repeated in every place of a merged cell; a longer one stands in the first place only. */
const longestRepeat = 300;

/** A GFM table. The text of a merged cell stands in each of its places, so that every row can be read alone. */
export function writePipeTable(table: Table, write: CellWriter): string {
  const grid = fillGrid(
    table.rows,
    (cell) => write(cell.blocks),
    (printed) => (printed.length <= longestRepeat ? printed : ''),
  ).filter((row) => row.length > 0);
  const width = Math.max(0, ...grid.map((row) => row.length));
  if (width === 0) return '';
  const lines = grid.map((row) => `| ${Array.from({ length: width }, (_, at) => row[at] ?? '').join(' | ')} |`);
  const rule = `| ${Array.from({ length: width }, (_, at) => dashes(table.align?.[at])).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

/** An HTML table, with its spans. */
export function writeHtmlTable(table: Table, write: CellWriter): string {
  const rows = table.rows.map((row, index) => {
    const tag = index < (table.headerRows ?? 1) ? 'th' : 'td';
    return `<tr>${row.map((cell) => `<${tag}${span('colspan', cell.colspan)}${span('rowspan', cell.rowspan)}>${write(cell.blocks)}</${tag}>`).join('')}</tr>`;
  });
  return `<table>\n${rows.join('\n')}\n</table>`;
}

/** True when a pipe table would lose something. */
export function needsHtml(table: Table): boolean {
  return table.rows.some((row) =>
    row.some(
      (cell) => (cell.colspan ?? 1) > 1 || (cell.rowspan ?? 1) > 1 || cell.blocks.some(({ type }) => type === 'table' || type === 'code'),
    ),
  );
}

/**
 * Lays cells out on a grid. A merged cell fills all its places: the first with its value, the others with `repeat` of it.
 * A row that only opens merged cells which go on below, and nothing else, becomes an empty row.
 */
export function fillGrid<C extends Pick<Cell, 'colspan' | 'rowspan'>, V>(
  rows: readonly (readonly C[])[],
  value: (cell: C) => V,
  repeat: (value: V) => V,
): V[][] {
  const grid: V[][] = rows.map(() => []);
  const taken: boolean[][] = rows.map(() => []);
  let left = freePlaces + placesPerCell * rows.reduce((sum, row) => sum + row.length, 0);
  rows.forEach((row, top) => {
    let column = 0;
    for (const cell of row) {
      while (taken[top]?.[column]) column++;
      const first = value(cell);
      const others = repeat(first);
      const right = left > 0 ? Math.min(column + Math.max(1, cell.colspan ?? 1), mostColumns) : column + 1;
      const bottom = left > 0 ? Math.min(top + Math.max(1, cell.rowspan ?? 1), rows.length) : top + 1;
      for (let y = top; y < bottom && (y === top || left > 0); y++) {
        for (let x = column; x < right; x++) {
          const line = grid[y];
          const marks = taken[y];
          if (!line || !marks || marks[x]) continue;
          line[x] = x > column || y > top ? others : first;
          marks[x] = true;
          left--;
        }
      }
      column = right;
    }
  });
  const width = Math.max(0, ...grid.slice(0, 1000).map((row) => row.length));
  return grid.map((line, y) => {
    const own = rows[y] ?? [];
    const goesOn = y + 1 < rows.length && own.length > 0 && line.length < width && own.every((cell) => (cell.rowspan ?? 1) > 1);
    return goesOn ? [] : line;
  });
}

function dashes(align: Align | undefined): string {
  return align === 'left' ? ':--' : align === 'right' ? '--:' : align === 'center' ? ':-:' : '---';
}

function span(name: string, count: number | undefined): string {
  return count !== undefined && count > 1 ? ` ${name}="${count}"` : '';
}
