/** Tables of Word, with merged cells. */
import type { Block, Cell } from '../model/document.ts';
import { child, children, type XmlElement } from '../xml/tree.ts';
import type { DocxPart } from './part.ts';
import { isOn, value } from './styles.ts';

interface OpenCell {
  blocks: Block[];
  colspan: number;
  rowspan: number;
}

/** Reads a table. A table of one cell is a frame around its text, not a table. */
export function readTable(table: XmlElement, part: DocxPart, readCell: (cell: XmlElement) => Block[]): Block[] {
  const rows: Cell[][] = [];
  /** Cells that go on below, by their first column. */
  const above = new Map<number, OpenCell>();
  let headerRows = 0;
  for (const row of rowsOf(table, part)) {
    const properties = child(row, 'w:trPr');
    if (isOn(child(properties, 'w:tblHeader')) && headerRows === rows.length) headerRows++;
    const cells: OpenCell[] = [];
    let column = 0;
    const before = Number(value(child(properties, 'w:gridBefore')) ?? 0);
    if (before > 0) cells.push({ blocks: [], colspan: before, rowspan: 1 });
    column += before;
    for (const element of cellsOf(row)) {
      const cellProperties = child(element, 'w:tcPr');
      const colspan = Math.min(1000, Math.max(1, Number(value(child(cellProperties, 'w:gridSpan')) ?? 1) || 1));
      const merge = child(cellProperties, 'w:vMerge');
      const upper = above.get(column);
      if (merge && (value(merge) ?? 'continue') === 'continue' && upper) {
        upper.rowspan++;
      } else if (value(child(cellProperties, 'w:hMerge')) === 'continue' && cells.length > 0) {
        const left = cells.at(-1);
        if (left) left.colspan += colspan;
      } else {
        const cell = { blocks: readCell(element), colspan, rowspan: 1 };
        cells.push(cell);
        if (merge) above.set(column, cell);
        else above.delete(column);
      }
      column += colspan;
    }
    rows.push(cells);
  }
  const [first] = rows;
  if (rows.length === 1 && first?.length === 1) return [...(first[0]?.blocks ?? [])];
  return rows.length === 0 ? [] : [{ type: 'table', rows, ...(headerRows > 0 && { headerRows }) }];
}

function rowsOf(parent: XmlElement, part: DocxPart): XmlElement[] {
  return children(parent).flatMap((element) => {
    if (element.name === 'w:tr') {
      const deleted = child(child(element, 'w:trPr'), 'w:del');
      return deleted && (part.options.trackChanges ?? 'accept') === 'accept' ? [] : [element];
    }
    return wrappers.has(element.name) ? rowsOf(child(element, 'w:sdtContent') ?? element, part) : [];
  });
}

function cellsOf(parent: XmlElement): XmlElement[] {
  return children(parent).flatMap((element) => {
    if (element.name === 'w:tc') return [element];
    return wrappers.has(element.name) ? cellsOf(child(element, 'w:sdtContent') ?? element) : [];
  });
}

const wrappers: ReadonlySet<string> = new Set(['w:sdt', 'w:customXml', 'w:ins', 'w:moveTo', 'w:smartTag']);
