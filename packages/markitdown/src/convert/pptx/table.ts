/** Tables of slides. */
import type { Block, Cell } from '../model/document.ts';
import type { Relationship } from '../ooxml/package.ts';
import { drawingParagraphs } from '../ooxml/text.ts';
import { child, children, type XmlElement } from '../xml/tree.ts';

/** Reads a table with its merged cells. */
export function readSlideTable(table: XmlElement, relationships: ReadonlyMap<string, Relationship>): Block[] {
  const rows = children(table, 'a:tr').map((row) =>
    children(row, 'a:tc')
      .filter(({ attributes }) => !isOn(attributes['hMerge']) && !isOn(attributes['vMerge']))
      .map((cell): Cell => ({
        blocks: drawingParagraphs(child(cell, 'a:txBody'), relationships)
          .filter(({ content }) => content.length > 0)
          .map(({ content }) => ({ type: 'paragraph', content })),
        colspan: Math.min(1000, Number(cell.attributes['gridSpan'] ?? 1) || 1),
        rowspan: Number(cell.attributes['rowSpan'] ?? 1) || 1,
      })),
  );
  return rows.length === 0 ? [] : [{ type: 'table', rows, headerRows: 1 }];
}

function isOn(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}
