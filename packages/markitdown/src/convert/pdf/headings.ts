/** Which lines are headings: by the size and weight of their font, compared with the running text. */
import type { Chunk, Row } from './geometry.ts';

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

  /** @param rows all lines of the document */
  constructor(rows: Iterable<Row>) {
    const weight = new Map<number, number>();
    const lines = new Map<number, number>();
    let bold = 0;
    let all = 0;
    for (const row of rows) {
      for (const chunk of row.chunks) {
        const size = rounded(chunk.size);
        weight.set(size, (weight.get(size) ?? 0) + chunk.text.length);
        all += chunk.text.length;
        if (chunk.bold) bold += chunk.text.length;
      }
      const size = rounded(row.size);
      lines.set(size, (lines.get(size) ?? 0) + 1);
    }
    this.#body = [...weight.entries()].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
    this.#boldBody = bold > all / 2;
    this.#levels = [...weight.entries()]
      .filter(([size, letters]) => size > this.#body * 1.12 && letters < all * 0.3)
      .map(([size]) => size)
      .toSorted((a, b) => b - a)
      .slice(0, 5);
  }

  /** Level of a heading; undefined for other lines. */
  levelOf(line: LineFacts, lines: number): number | undefined {
    const { text } = line;
    if (lines > 4 || text.length > 200 || !/\p{L}/u.test(text) || /^[•▪●\-–]\s/.test(text) || /(?:[,;]|… ?[\divxl]*)$/.test(text))
      return undefined;
    const size = rounded(line.size);
    const rank = this.#levels.indexOf(size);
    if (rank !== -1 && line.chunks.some((chunk) => rounded(chunk.size) === size && /\p{L}/u.test(chunk.text))) return rank + 1;
    const isBold = !this.#boldBody && line.chunks.every(({ bold }) => bold);
    if (!isBold || lines > 2 || size < this.#body * 0.95 || text.length > 120 || /[.:]$/.test(text)) return undefined;
    const depth = /^(\d+(?:\.\d+)*)\.?\s/.exec(text)?.[1]?.split('.').length;
    return Math.min(6, this.#levels.length + (depth ?? 1));
  }
}

function rounded(size: number): number {
  return Math.round(size * 2) / 2;
}
