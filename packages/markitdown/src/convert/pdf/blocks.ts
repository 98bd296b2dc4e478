/** Zones and drawn tables become blocks. */
import type { Block, Cell, Inline } from '../model/document.ts';
import { type Chunk, type Ruling, toRows } from './geometry.ts';
import { splitRow } from './dense-rows.ts';
import type { HeadingSizes } from './headings.ts';
import { joinLines, lineBlocks, plainRun, toLine } from './lines.ts';
import type { OpenTable } from './open-tables.ts';
import type { RuledTable } from './ruled-tables.ts';
import { findZones, type Zone } from './zones.ts';

/** The blocks of a zone. */
export function zoneBlocks(zone: Zone, sizes: HeadingSizes): Block[] {
  return zone.kind === 'table' ? [openBlock(zone.table)] : lineBlocks(zone.rows.map(toLine), sizes);
}

/** A drawn table as a block. A frame of one column is text, or a table whose columns no line parts. */
export function ruledBlocks(table: RuledTable, sizes: HeadingSizes): Block[] {
  if (table.rows.every((row) => row.length <= 1)) {
    const rulings = table.rows
      .slice(1)
      .map((_, at): Ruling => ({ isVertical: false, at: table.edges[at + 1] ?? 0, from: table.left, to: table.right }));
    return findZones(
      table.rows.flat().flatMap(({ chunks }) => chunks),
      rulings,
    ).flatMap((zone) => zoneBlocks(zone, sizes));
  }
  return [
    {
      type: 'table',
      rows: plainHeader(
        table.rows
          .flatMap(splitRow)
          .map((row) => row.map((cell): Cell => ({ ...cellOf(cell.chunks), colspan: cell.colspan, rowspan: cell.rowspan }))),
      ),
    },
  ];
}

function openBlock({ rows, width }: OpenTable): Block {
  const cells = rows.map((row) => {
    const result: Cell[] = [];
    let next = 0;
    for (const { column, colspan, chunks } of row) {
      for (; next < column; next++) result.push({ blocks: [] });
      result.push({ ...cellOf(chunks), colspan });
      next = column + colspan;
    }
    for (; next < width; next++) result.push({ blocks: [] });
    return result;
  });
  return { type: 'table', rows: plainHeader(cells) };
}

function cellOf(chunks: readonly Chunk[]): Cell {
  const content = joinLines(toRows(chunks).map(toLine));
  return { blocks: content.length === 0 ? [] : [{ type: 'paragraph', content }] };
}

/** A first row that is all bold says that it is the header, which Markdown says anyway. */
function plainHeader(rows: Cell[][]): Cell[][] {
  const [head, ...body] = rows;
  const runs = head?.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'paragraph' ? block.content : []))) ?? [];
  if (!head || runs.length === 0 || !runs.every(isBold)) return rows;
  const plain = head.map((cell) => ({
    ...cell,
    blocks: cell.blocks.map((block) => (block.type === 'paragraph' ? { ...block, content: block.content.map(plainRun) } : block)),
  }));
  return [plain, ...body];
}

function isBold(part: Inline): boolean {
  return part.type === 'text' && (part.bold === true || part.text.trim() === '');
}
