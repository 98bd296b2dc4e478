/** Replaces byte ranges: everything outside them stays as it is, whatever it is. */

/** A range of bytes and what comes in its place. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer;
}

/** Applies splices, which are sorted and do not overlap. */
export function applySplices(content: Buffer, splices: readonly Splice[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, bytes } of splices) {
    parts.push(content.subarray(at, start), bytes);
    at = end;
  }
  parts.push(content.subarray(at));
  return Buffer.concat(parts);
}

/** Lines of a text with their newlines. The last may have none. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
