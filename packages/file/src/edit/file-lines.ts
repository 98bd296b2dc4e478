/** Lines with the bytes that they stand on. */
import type { Haystack } from './match.ts';

/** A line of a file and its place. */
export interface FileLine {
  readonly text: string;
  readonly start: number;
  /** Position after the text, before its newline. */
  readonly end: number;
  /** Position after the newline. */
  readonly next: number;
}

/** The lines of a file. */
export function fileLines(hay: Haystack): FileLine[] {
  const starts = hay.lineStarts();
  return starts.slice(0, -1).map((start, i) => {
    const next = starts[i + 1] ?? hay.content.length;
    const whole = hay.codec.decode(hay.content.subarray(start, next));
    const text = whole.replace(/\r?\n$/, '');
    return { text, start, end: next - hay.codec.encode(whole.slice(text.length)).length, next };
  });
}
