/** Lines become paragraphs, headings, lists, code and tables. */
import type { Block, Cell, Inline } from '../model/document.ts';
import { type FlatItem, nestItems } from '../model/lists.ts';
import { type Chunk, type Row, toRows } from './geometry.ts';
import type { HeadingSizes } from './headings.ts';
import type { RuledTable } from './ruled-tables.ts';
import type { Zone } from './zones.ts';

interface Line {
  readonly chunks: readonly Chunk[];
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  readonly size: number;
}

const bullet = /^(?:[•◦▪▫●○■□‣⁃∙·➢✓✔❖–—-]|\*)\s+(?=\S)/;
const numbered = /^(\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s+(?=\S)/i;

/** The blocks of a zone. */
export function zoneBlocks(zone: Zone, sizes: HeadingSizes): Block[] {
  if (zone.kind === 'columns') return zone.columns.flatMap((column) => column.flatMap((part) => zoneBlocks(part, sizes)));
  if (zone.kind === 'table') return [{ type: 'table', rows: zone.rows.map((row) => row.map((chunks) => cellOf(chunks))) }];
  return textBlocks(zone.rows, sizes);
}

/** A drawn table as a block. A frame of one column is text. */
export function ruledBlocks(table: RuledTable, sizes: HeadingSizes): Block[] {
  if (table.rows.every((row) => row.length <= 1))
    return table.rows.flatMap((row) => row.flatMap((cell) => textBlocks(toRows(cell.chunks), sizes)));
  return [
    {
      type: 'table',
      rows: table.rows.map((row) => row.map((cell): Cell => ({ ...cellOf(cell.chunks), colspan: cell.colspan, rowspan: cell.rowspan }))),
    },
  ];
}

function cellOf(chunks: readonly Chunk[]): Cell {
  const content = joinLines(toRows(chunks).map(toLine));
  return { blocks: content.length === 0 ? [] : [{ type: 'paragraph', content }] };
}

function textBlocks(rows: readonly Row[], sizes: HeadingSizes): Block[] {
  const blocks: Block[] = [];
  let items: FlatItem[] = [];
  const flush = () => {
    blocks.push(...nestItems(items));
    items = [];
  };
  const lefts: number[] = [];
  for (const lines of paragraphs(rows.map(toLine), sizes)) {
    const [first] = lines;
    if (!first) continue;
    const mark = bullet.exec(first.text) ?? numbered.exec(first.text);
    const level = sizes.levelOf(first, lines.length);
    if (level !== undefined) {
      flush();
      blocks.push({ type: 'heading', level, content: joinLines(lines).map(plainRun) });
    } else if (lines.every(({ chunks }) => chunks.every(({ mono }) => mono)) && lines.length > 1) {
      flush();
      blocks.push({ type: 'code', text: codeOf(lines) });
    } else if (mark) {
      while ((lefts.at(-1) ?? -Infinity) > first.left + 3) lefts.pop();
      if ((lefts.at(-1) ?? -Infinity) < first.left - 3) lefts.push(first.left);
      const number = /^\d+$/.test(mark[1] ?? '') ? Number(mark[1]) : undefined;
      items.push({
        level: lefts.length - 1,
        ordered: number !== undefined,
        ...(number !== undefined && { number }),
        blocks: [
          {
            type: 'paragraph',
            content: withoutStart(joinLines(lines), number === undefined && mark[1] !== undefined ? 0 : mark[0].length),
          },
        ],
      });
    } else {
      flush();
      lefts.length = 0;
      blocks.push({ type: 'paragraph', content: joinLines(lines) });
    }
  }
  flush();
  return blocks;
}

/** Groups lines into paragraphs by distance, size, indent and marks. */
function paragraphs(lines: readonly Line[], sizes: HeadingSizes): Line[][] {
  const groups: Line[][] = [];
  const width = Math.max(0, ...lines.map(({ right }) => right)) - Math.min(Infinity, ...lines.map(({ left }) => left));
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1];
    const group = groups.at(-1);
    if (before && group && continues(before, line, group, width, sizes)) group.push(line);
    else groups.push([line]);
  }
  return groups;
}

function continues(before: Line, line: Line, group: readonly Line[], width: number, sizes: HeadingSizes): boolean {
  const gap = line.baseline - before.baseline;
  if (Math.abs(line.size - before.size) > 0.6 || gap > line.size * 1.75 || gap <= 0) return false;
  if (bullet.test(line.text) || numbered.test(line.text) || /… ?[\divxl]+$/.test(before.text)) return false;
  const isBold = (one: Line) => one.chunks.every(({ bold }) => bold);
  if (isBold(before) !== isBold(line) && (sizes.levelOf(before, 1) !== undefined || isBold(line))) return false;
  const first = group[0];
  const isItem = first !== undefined && (bullet.test(first.text) || numbered.test(first.text));
  // A first line that is indented begins a paragraph; below a mark, lines are indented.
  if (
    !isItem &&
    line.left > before.left + line.size * 0.8 &&
    line.left < before.left + line.size * 4 &&
    /[.!?:]["')\]]?$/.test(before.text)
  )
    return false;
  // A short line that ends a sentence ends its paragraph.
  return !(before.right < line.left + width * 0.75 && /[.!?:]["')\]]?$/.test(before.text) && /^["'([]?[\p{Lu}\d]/u.test(line.text));
}

function toLine({ chunks, baseline, size }: Row): Line {
  return {
    chunks,
    baseline,
    size,
    text: plainLine(chunks),
    left: chunks[0]?.left ?? 0,
    right: Math.max(...chunks.map(({ right }) => right)),
  };
}

function plainLine(chunks: readonly Chunk[]): string {
  return chunks
    .map((chunk, at) => spaceBefore(chunks[at - 1], chunk) + chunk.text)
    .join('')
    .trim();
}

function spaceBefore(before: Chunk | undefined, chunk: Chunk): string {
  return before && chunk.left - before.right > chunk.size * 0.15 && !before.text.endsWith(' ') && !chunk.text.startsWith(' ') ? ' ' : '';
}

/** The runs of lines, hyphens at line ends undone. */
function joinLines(lines: readonly Line[]): Inline[] {
  const content: Inline[] = [];
  for (const [index, line] of lines.entries()) {
    for (const [at, chunk] of line.chunks.entries()) {
      const gap = at > 0 ? spaceBefore(line.chunks[at - 1], chunk) : '';
      const next = at === line.chunks.length - 1 ? lines[index + 1] : undefined;
      const hyphenated = next !== undefined && /\p{Ll}-$/u.test(chunk.text) && /^\p{Ll}/u.test(next.text);
      const text =
        gap + (hyphenated ? chunk.text.slice(0, -1) : chunk.text) + (next && !hyphenated && !chunk.text.endsWith(' ') ? ' ' : '');
      content.push({
        type: 'text',
        text,
        ...(chunk.bold && { bold: true }),
        ...(chunk.italic && { italic: true }),
        ...(chunk.href !== undefined && { href: chunk.href }),
      });
    }
  }
  return content;
}

function plainRun(part: Inline): Inline {
  return part.type === 'text' ? { type: 'text', text: part.text, ...(part.href !== undefined && { href: part.href }) } : part;
}

/** Cuts the mark of a list item off. */
function withoutStart(content: readonly Inline[], length: number): Inline[] {
  let left = length;
  return content.map((part) => {
    if (part.type !== 'text' || left <= 0) return part;
    const cut = Math.min(left, part.text.length);
    left -= cut;
    return { ...part, text: part.text.slice(cut) };
  });
}

/** Code keeps its indents, counted in letters. */
function codeOf(lines: readonly Line[]): string {
  const left = Math.min(...lines.map((line) => line.left));
  return lines.map((line) => ' '.repeat(Math.max(0, Math.round((line.left - left) / (line.size * 0.6)))) + line.text).join('\n');
}
