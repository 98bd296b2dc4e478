/** Which lines are headings: by the size and weight of their font, compared with the running text. */
import type { Chunk, Row } from './geometry.ts';
import { titleKey } from './outline.ts';

/** What must be known of a line. */
interface LineFacts {
  readonly chunks: readonly Chunk[];
  readonly text: string;
  readonly size: number;
}

/** Sizes of the headings of one document. */
export class HeadingSizes {
  readonly #body: number;
  readonly #levels: readonly number[];
  readonly #boldBody: boolean;
  /** Level of headings that are numbered with one number. */
  readonly #numbered: number | undefined;
  readonly #outline: ReadonlyMap<string, number>;

  /**
   * @param rows all lines of the document
   * @param outline levels of the titles in its outline
   */
  constructor(rows: Iterable<Row>, outline: ReadonlyMap<string, number> = new Map()) {
    this.#outline = outline;
    const weight = new Map<number, number>();
    const numbered = new Set<number>();
    let bold = 0;
    let all = 0;
    for (const row of rows) {
      for (const chunk of row.chunks) {
        const size = rounded(chunk.size);
        weight.set(size, (weight.get(size) ?? 0) + chunk.text.length);
        all += chunk.text.length;
        if (chunk.bold) bold += chunk.text.length;
      }
      if (/^\d+\.?\s+\p{Lu}/u.test(row.chunks.map(({ text }) => text).join(' '))) numbered.add(rounded(row.size));
    }
    this.#body = [...weight.entries()].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
    this.#boldBody = bold > all / 2;
    this.#levels = [...weight.entries()]
      .filter(([size, letters]) => size > this.#body * 1.12 && letters < all * 0.3)
      .map(([size]) => size)
      .toSorted((a, b) => b - a)
      .slice(0, 5);
    const rank = this.#levels.findIndex((size) => numbered.has(size));
    this.#numbered = rank === -1 ? undefined : rank + 1;
  }

  /** Level of a heading; undefined for other lines. */
  levelOf(line: LineFacts, lines: number): number | undefined {
    const { text } = line;
    const known = lines <= 4 && text.length <= 300 && line.size >= this.#body * 0.9 ? this.#outline.get(titleKey(text)) : undefined;
    if (known !== undefined) return known;
    if (lines > 4 || text.length > 200 || !/\p{L}/u.test(text) || /^[•▪●\-–]\s/.test(text) || /(?:[,;]|… ?[\divxl]*)$/.test(text))
      return undefined;
    const size = rounded(line.size);
    const rank = this.#levels.indexOf(size);
    if (rank !== -1 && line.chunks.some((chunk) => rounded(chunk.size) === size && /\p{L}/u.test(chunk.text))) return rank + 1;
    const isBold = !this.#boldBody && line.chunks.every(({ bold }) => bold);
    if (!isBold || lines > 2 || size < this.#body * 0.95 || text.length > 120 || /[.:]$/.test(text)) return undefined;
    const depth = /^(\d+(?:\.\d+)*)\.?\s/.exec(text)?.[1]?.split('.').length;
    const base = depth !== undefined && depth > 1 && this.#numbered !== undefined ? this.#numbered - 1 : this.#levels.length;
    return Math.min(6, base + (depth ?? 1));
  }
}

function rounded(size: number): number {
  return Math.round(size * 2) / 2;
}
