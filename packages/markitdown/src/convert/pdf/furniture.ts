/** Headers, footers and page numbers: what stands at the same place of many pages. */
import { type Chunk, toRows } from './geometry.ts';
import type { RuledTable } from './ruled-tables.ts';

/** Share of a page's height, at the top and at the bottom, where they stand. */
const margin = 0.12;

/** The text of one page. */
export interface PageText {
  readonly number: number;
  readonly height: number;
  readonly chunks: readonly Chunk[];
}

/**
 * The chunks of each page without what repeats.
 *
 * @param tables the drawn tables of each page; their rows stay
 */
export function withoutFurniture(pages: readonly PageText[], tables: readonly (readonly RuledTable[])[] = []): (readonly Chunk[])[] {
  if (pages.length < 3) return pages.map(({ chunks }) => chunks);
  const counts = new Map<string, number>();
  const keys = pages.map((page, at) => {
    const inTables = new Set(
      (tables[at] ?? []).flatMap(({ rows }) => (rows.length > 1 ? rows.flat().flatMap(({ chunks }) => chunks) : [])),
    );
    const found = toRows(page.chunks.filter((chunk) => isOutside(chunk, page) && !inTables.has(chunk))).map((row) => ({
      row,
      key: keyOf(row.chunks, row.baseline < page.height / 2),
    }));
    for (const key of new Set(found.map((one) => one.key))) counts.set(key, (counts.get(key) ?? 0) + 1);
    return found;
  });
  const least = Math.max(3, Math.ceil(pages.length * 0.3));
  return pages.map((page, at) => {
    const repeated = new Set(
      (keys[at] ?? [])
        .filter(({ key }) => (counts.get(key) ?? 0) >= least || /\|(?:[-–—\s]*#[-–—\s]*|page #(?: of #)?)$/i.test(key))
        .flatMap(({ row }) => row.chunks),
    );
    return page.chunks.filter((chunk) => !repeated.has(chunk));
  });
}

function isOutside(chunk: Chunk, { height }: PageText): boolean {
  return chunk.baseline < height * margin || chunk.baseline > height * (1 - margin);
}

/** Equal for lines that differ in numbers only. */
function keyOf(chunks: readonly Chunk[], isTop: boolean): string {
  const text = chunks
    .map((chunk) => chunk.text)
    .join(' ')
    .replaceAll(/\d+|\b[ivxlc]+\b/gi, '#')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return `${isTop ? 'top' : 'bottom'}|${Math.round((chunks[0]?.baseline ?? 0) / 6)}|${text}`;
}
