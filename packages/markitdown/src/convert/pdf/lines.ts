/** Lines become paragraphs, headings, lists and code. */
import type { Block, Inline } from '../model/document.ts';
import { type FlatItem, nestItems } from '../model/lists.ts';
import { type Chunk, mainSize, type Row } from './geometry.ts';
import type { HeadingSizes } from './headings.ts';

/** A line of text. */
export interface Line {
  readonly chunks: readonly Chunk[];
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  readonly size: number;
}

/** How lines are read. */
export interface LineReading {
  /** They are one paragraph; only its kind is to be told. */
  readonly isWhole?: boolean;
  /** Whether they may be headings. Default true. */
  readonly findsHeadings?: boolean;
}

const bullet = /^(?:[•◦▪▫●○■□‣⁃∙·➢✓✔❖–—-]|\*)\s+(?=\S)/;
const numbered = /^(\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s+(?=\S)/i;

/** The blocks of lines. */
export function lineBlocks(
  lines: readonly Line[],
  sizes: HeadingSizes,
  { isWhole = false, findsHeadings = true }: LineReading = {},
): Block[] {
  const blocks: Block[] = [];
  let items: FlatItem[] = [];
  const flush = () => {
    blocks.push(...nestItems(items));
    items = [];
  };
  const lefts: number[] = [];
  for (const group of isWhole ? [lines] : paragraphs(lines, sizes)) {
    const [first] = group;
    if (!first) continue;
    const mark = isWhole ? null : (bullet.exec(first.text) ?? numbered.exec(first.text));
    const level = findsHeadings ? sizes.levelOf({ ...first, text: group.map(({ text }) => text).join(' ') }, group.length) : undefined;
    if (level !== undefined) {
      flush();
      blocks.push({ type: 'heading', level, content: joinLines(group).map(plainRun) });
    } else if (group.every(({ chunks }) => chunks.every(({ mono }) => mono)) && (group.length > 1 || isWhole)) {
      flush();
      blocks.push({ type: 'code', text: codeOf(group) });
    } else if (mark) {
      while ((lefts.at(-1) ?? -Infinity) > first.left + 3) lefts.pop();
      if ((lefts.at(-1) ?? -Infinity) < first.left - 3) lefts.push(first.left);
      const number = /^\d+$/.test(mark[1] ?? '') ? Number(mark[1]) : undefined;
      const content = withoutStart(joinLines(group), number === undefined && mark[1] !== undefined ? 0 : mark[0].length);
      items.push({
        level: lefts.length - 1,
        ordered: number !== undefined,
        ...(number !== undefined && { number }),
        blocks: [{ type: 'paragraph', content }],
      });
    } else {
      flush();
      lefts.length = 0;
      blocks.push({ type: 'paragraph', content: joinLines(group) });
    }
  }
  flush();
  return blocks;
}

/** True when there is nothing to read. */
export function isBlank(lines: readonly Line[]): boolean {
  return lines.every(({ text }) => text === '');
}

/** Groups lines into paragraphs by distance, size, indent and marks. */
function paragraphs(lines: readonly Line[], sizes: HeadingSizes): Line[][] {
  const groups: Line[][] = [];
  const right = Math.max(0, ...lines.map((line) => line.right));
  const width = right - Math.min(Infinity, ...lines.map(({ left }) => left));
  const edgeOf = (line: Line) => {
    const beside = lines.filter(({ left }) => Math.abs(left - line.left) < 3);
    return beside.length > 1 ? Math.max(...beside.map((one) => one.right)) : right;
  };
  const edges = new Map<number, number>();
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1];
    const group = groups.at(-1);
    if (!before || !group) {
      groups.push([line]);
      continue;
    }
    const key = Math.round(before.left);
    const edge = edges.get(key) ?? edgeOf(before);
    edges.set(key, edge);
    if (continues(before, line, group, { width, edge }, sizes)) group.push(line);
    else groups.push([line]);
  }
  return groups;
}

function continues(
  before: Line,
  line: Line,
  group: readonly Line[],
  { width, edge }: { width: number; edge: number },
  sizes: HeadingSizes,
): boolean {
  const gap = line.baseline - before.baseline;
  const isMono = (one: Line) => one.chunks.every(({ mono }) => mono);
  if (isMono(before) && isMono(line) && gap > 0 && gap < line.size * 3.5) return true;
  if (Math.abs(line.size - before.size) > 0.6 || gap > line.size * 1.75 || gap <= 0) return false;
  if (bullet.test(line.text) || numbered.test(line.text) || /… ?[\divxl]+$/.test(before.text)) return false;
  const isBold = (one: Line) => one.chunks.every(({ bold }) => bold);
  const isHeading = sizes.levelOf(before, 1) !== undefined;
  if (isBold(before) !== isBold(line) && (isHeading || isBold(line))) return false;
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
  // The next word had room on the line before: the line was ended on purpose.
  if (!isHeading && !/^\p{Ll}/u.test(line.text) && before.right + firstWord(line) + line.size * 1.5 < edge) return false;
  // A short line that ends a sentence ends its paragraph.
  return !(before.right < line.left + width * 0.75 && /[.!?:]["')\]]?$/.test(before.text) && /^["'([]?[\p{Lu}\d]/u.test(line.text));
}

function firstWord({ text, left, right }: Line): number {
  const length = /^\S+/.exec(text)?.[0].length ?? 0;
  return text.length === 0 ? 0 : ((right - left) * length) / text.length;
}

/** A row as a line. */
export function toLine({ chunks, baseline, size }: Row): Line {
  return {
    chunks,
    baseline,
    size,
    text: plainLine(chunks),
    left: Math.min(...chunks.map(({ left }) => left)),
    right: Math.max(...chunks.map(({ right }) => right)),
  };
}

/** Chunks in the order of reading as lines: a new one where the text steps down or back. */
export function linesInOrder(chunks: readonly Chunk[]): Line[] {
  const rows: Chunk[][] = [];
  for (const chunk of chunks) {
    const last = rows.at(-1)?.at(-1);
    if (last && Math.abs(chunk.baseline - last.baseline) < Math.max(2, 0.45 * Math.max(chunk.size, last.size))) rows.at(-1)?.push(chunk);
    else rows.push([chunk]);
  }
  return rows.map((row) => toLine({ chunks: row, baseline: row[0]?.baseline ?? 0, size: mainSize(row) }));
}

function plainLine(chunks: readonly Chunk[]): string {
  return chunks
    .map((chunk, at) => spaceBefore(chunks[at - 1], chunk) + chunk.text)
    .join('')
    .trim();
}

function spaceBefore(before: Chunk | undefined, chunk: Chunk): string {
  if (!before || before.text.endsWith(' ') || chunk.text.startsWith(' ')) return '';
  // Text from right to left has its next word on the left.
  return Math.max(chunk.left - before.right, before.left - chunk.right) > chunk.size * 0.15 ? ' ' : '';
}

/** The runs of lines, hyphens at line ends undone. */
export function joinLines(lines: readonly Line[]): Inline[] {
  const content: Inline[] = [];
  for (const [index, line] of lines.entries()) {
    for (const [at, chunk] of line.chunks.entries()) {
      const gap = at > 0 ? spaceBefore(line.chunks[at - 1], chunk) : '';
      const next = at === line.chunks.length - 1 ? lines[index + 1] : undefined;
      const hyphenated = next !== undefined && /\p{Ll}-$/u.test(chunk.text) && /^\p{Ll}/u.test(next.text);
      const isWide =
        next !== undefined && /[\u3040-\u9fff\uff00-\uffef]$/.test(chunk.text) && /^[\u3040-\u9fff\uff00-\uffef]/.test(next.text);
      const text =
        gap +
        (hyphenated ? chunk.text.slice(0, -1) : chunk.text) +
        (next && !hyphenated && !isWide && !chunk.text.endsWith(' ') ? ' ' : '');
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

/** A run without marks, for headings. */
export function plainRun(part: Inline): Inline {
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

/** Code keeps its indents, counted in letters, and its blank lines. */
function codeOf(lines: readonly Line[]): string {
  const left = Math.min(...lines.map((line) => line.left));
  return lines
    .map((line, at) => {
      const before = lines[at - 1];
      const blank = before && line.baseline - before.baseline > line.size * 1.9 ? '\n' : '';
      return blank + ' '.repeat(Math.max(0, Math.round((line.left - left) / (line.size * 0.6)))) + line.text;
    })
    .join('\n');
}
