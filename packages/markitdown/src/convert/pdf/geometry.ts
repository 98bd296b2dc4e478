/** Text and lines of a page in one coordinate system: points, y going down. */

/** A piece of text on one line. */
export interface Chunk {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  /** The line that the text stands on. */
  readonly baseline: number;
  /** Height of the font. */
  readonly size: number;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly mono: boolean;
  readonly href?: string;
  /** Id of the marked content that it belongs to. */
  readonly tag?: string;
  /** Marked as no content: a header, a footer, a decoration. */
  readonly isArtifact?: boolean;
}

/** A straight line, horizontal or vertical. */
export interface Ruling {
  readonly isVertical: boolean;
  /** y of a horizontal line, x of a vertical one. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Chunks that stand on one line, from left to right. */
export interface Row {
  readonly baseline: number;
  readonly size: number;
  readonly chunks: Chunk[];
}

/** A transformation as PDF writes it. */
export type Matrix = readonly [number, number, number, number, number, number];

/** `outer` after `inner`. */
export function multiply(outer: Matrix, inner: Matrix): Matrix {
  return [
    outer[0] * inner[0] + outer[2] * inner[1],
    outer[1] * inner[0] + outer[3] * inner[1],
    outer[0] * inner[2] + outer[2] * inner[3],
    outer[1] * inner[2] + outer[3] * inner[3],
    outer[0] * inner[4] + outer[2] * inner[5] + outer[4],
    outer[1] * inner[4] + outer[3] * inner[5] + outer[5],
  ];
}

/** A point after a transformation. */
export function apply(matrix: Matrix, x: number, y: number): readonly [number, number] {
  return [matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5]];
}

/** Numbers as a matrix; undefined when they are none. */
export function toMatrix(values: unknown): Matrix | undefined {
  if (!Array.isArray(values) && !ArrayBuffer.isView(values)) return undefined;
  const [a, b, c, d, e, f] = Array.from(values as ArrayLike<number>);
  return [a ?? 1, b ?? 0, c ?? 0, d ?? 1, e ?? 0, f ?? 0];
}

/** Groups chunks into rows by their baselines, from top to bottom. */
export function toRows(chunks: readonly Chunk[]): Row[] {
  const rows: Row[] = [];
  for (const chunk of chunks.toSorted((a, b) => a.baseline - b.baseline || a.left - b.left)) {
    const last = rows.at(-1);
    // Superscripts and subscripts stand a little off their line.
    if (last && Math.abs(chunk.baseline - last.baseline) < Math.max(2, 0.45 * Math.max(chunk.size, last.size))) last.chunks.push(chunk);
    else rows.push({ baseline: chunk.baseline, size: chunk.size, chunks: [chunk] });
  }
  for (const row of rows) row.chunks.sort(isRightToLeft(row.chunks) ? (a, b) => b.right - a.right : (a, b) => a.left - b.left);
  return rows.map((row) => ({ ...row, size: mainSize(row.chunks) }));
}

/** The size of most letters: marks of lists and first letters may be larger. */
export function mainSize(chunks: readonly Chunk[]): number {
  const letters = new Map<number, number>();
  for (const { size, text } of chunks) letters.set(size, (letters.get(size) ?? 0) + text.length);
  return [...letters].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
}

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/g;

/** True when most letters of a line are read from right to left. */
function isRightToLeft(chunks: readonly Chunk[]): boolean {
  let found = 0;
  let all = 0;
  for (const { text } of chunks) {
    found += text.match(rightToLeft)?.length ?? 0;
    all += text.match(/\p{L}/gu)?.length ?? 0;
  }
  return found > all / 2;
}

/** Cuts a chunk at a letter. Where it stands is estimated. */
export function cutChunk(chunk: Chunk, at: number): [Chunk, Chunk] {
  const x = chunk.left + ((chunk.right - chunk.left) * at) / Math.max(1, chunk.text.length);
  const width = (chunk.right - chunk.left) / Math.max(1, chunk.text.length);
  const [before, after] = [chunk.text.slice(0, at), chunk.text.slice(at)];
  const blanks = after.length - after.trimStart().length;
  return [
    { ...chunk, text: before, right: x },
    { ...chunk, text: after.trimStart(), left: x + blanks * width },
  ];
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
