/** Where lines start in a file, found by scanning once and remembered sparsely. */
import type { BigIntStats } from 'node:fs';
import type { Codec } from './encoding.ts';

/** Bytes of a file by position. */
export interface Source {
  readonly size: number;
  /** Reads up to `length` bytes at `position`; fewer only at the end. */
  read(position: number, length: number): Promise<Buffer>;
}

/** How newlines look in an encoding. */
export type Units = Pick<Codec, 'unit' | 'bigEndian'>;

const blockBytes = 1024 * 1024;
const linesPerMark = 1000;
const mostIndexes = 16;

/** Tells the position after each newline of a block that starts at a whole unit. Stops when `visit` gives false. */
export function forEachNewline(block: Buffer, { unit, bigEndian }: Units, visit: (end: number) => boolean | void): void {
  for (let at = block.indexOf(10); at !== -1; at = block.indexOf(10, at + 1)) {
    if (unit === 2 && (bigEndian ? at % 2 === 0 || block[at - 1] !== 0 : at % 2 === 1 || block[at + 1] !== 0)) continue;
    if (visit(unit === 2 && !bigEndian ? at + 2 : at + 1) === false) return;
  }
}

/** The line starts of one file. Positions are bytes of the file; lines count from 1. */
export class LineIndex {
  readonly #units: Units;
  /** Starts of the lines 1, 1001, 2001, … */
  readonly #marks: number[];
  #scanned: number;
  #newlines = 0;
  #lastStart: number;
  #complete = false;

  /** @param start where the text starts, after a byte order mark */
  constructor(units: Units, start: number) {
    this.#units = units;
    this.#marks = [start];
    this.#scanned = start;
    this.#lastStart = start;
  }

  /** Number of lines, once the whole file was scanned. */
  get total(): number | undefined {
    if (!this.#complete) return undefined;
    return this.#newlines + (this.#lastStart < this.#scanned ? 1 : 0);
  }

  /** Scans on until the start of a line is known, or the end. */
  async scan(source: Source, line: number, signal?: AbortSignal): Promise<void> {
    while (!this.#complete && this.#newlines < line - 1) {
      signal?.throwIfAborted();
      const block = await source.read(this.#scanned, blockBytes);
      const base = this.#scanned;
      forEachNewline(block, this.#units, (end) => {
        this.#lastStart = base + end;
        if (++this.#newlines % linesPerMark === 0) this.#marks.push(this.#lastStart);
      });
      this.#scanned += block.length;
      if (block.length === 0 || this.#scanned >= source.size) this.#complete = true;
    }
  }

  /** Where a line starts; nothing when the file has fewer lines. */
  async locate(source: Source, line: number, signal?: AbortSignal): Promise<number | undefined> {
    await this.scan(source, line, signal);
    if (this.total !== undefined && line > this.total) return undefined;
    let position = this.#marks[Math.floor((line - 1) / linesPerMark)] ?? 0;
    let left = (line - 1) % linesPerMark;
    while (left > 0) {
      const block = await source.read(position, blockBytes);
      let start = block.length;
      forEachNewline(block, this.#units, (end) => {
        start = end;
        return --left > 0;
      });
      position += left === 0 ? start : block.length;
    }
    return position;
  }
}

/** Line indexes of the files read last. */
export class LineIndexes {
  readonly #known = new Map<string, LineIndex>();

  /** The index of a file in its present state. */
  of({ dev, ino, size, mtimeNs }: BigIntStats, codec: Codec): LineIndex {
    const key = `${dev} ${ino} ${size} ${mtimeNs} ${codec.name} ${codec.mark.length}`;
    const index = this.#known.get(key) ?? new LineIndex(codec, codec.mark.length);
    this.#known.delete(key);
    this.#known.set(key, index);
    if (this.#known.size > mostIndexes) this.#known.delete(this.#known.keys().next().value ?? '');
    return index;
  }
}

/** Where the last lines start, searched from the end; for files too large to count. */
export async function locateFromEnd(source: Source, units: Units, start: number, count: number): Promise<number> {
  const { size } = source;
  for (let length = 64 * 1024; ; length *= 4) {
    const from = Math.max(start, size - length - ((size - start) % units.unit));
    const block = await source.read(from, size - from);
    const starts = from === start ? [start] : [];
    forEachNewline(block, units, (end) => void (from + end < size && starts.push(from + end)));
    if (starts.length >= count || from === start || length > 16 * blockBytes) return starts.at(-count) ?? starts[0] ?? from;
  }
}
