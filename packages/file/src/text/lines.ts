/** Takes a range of lines out of a file, within limits that the answer states. */
import type { Codec } from './encoding.ts';
import { forEachNewline, type Source } from './line-index.ts';

/** Limits of {@link takeLines}. */
export interface LineLimits {
  readonly lines: number;
  readonly bytes: number;
  /** Longer lines are cut. Default: only `bytes` cuts. */
  readonly lineCharacters?: number | undefined;
}

/** Lines as text. */
export interface TakenLines {
  /** With their newlines, as they are in the file. */
  readonly text: string;
  readonly count: number;
  /** Lines of which a part was left out. */
  readonly cut: number;
  /** Bytes of the file that the text stands for. */
  readonly bytes: number;
  /** Whether the file goes on after them. */
  readonly more: boolean;
  /** True when the last line is so long that its end was not looked for. */
  readonly endless: boolean;
}

const blockBytes = 256 * 1024;
/** The end of a line is looked for so far. */
const longestLine = 64 * 1024 * 1024;

interface Piece {
  readonly kept: Buffer;
  /** Length of the line in the file, with its newline. */
  readonly length: number;
}

/** Takes whole lines from `position` on. A first line that alone is over the limit is cut. */
export async function takeLines(
  source: Source,
  codec: Codec,
  position: number,
  limits: LineLimits,
  signal?: AbortSignal,
): Promise<TakenLines> {
  const pieces: Piece[] = [];
  const lineBytes = limits.lineCharacters === undefined ? limits.bytes : Math.min(limits.bytes, limits.lineCharacters * 4 + 4);
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let length = 0;
  let used = 0;
  let full = false;
  let endless = false;

  const take = (piece: Buffer) => {
    length += piece.length;
    if (keptBytes >= lineBytes) return;
    const part = piece.subarray(0, lineBytes - keptBytes);
    kept.push(part);
    keptBytes += part.length;
  };
  const finish = () => {
    full = pieces.length > 0 && used + keptBytes > limits.bytes;
    if (!full) {
      pieces.push({ kept: kept.length === 1 && kept[0] ? kept[0] : Buffer.concat(kept), length });
      used += keptBytes;
      position += length;
      full = pieces.length >= limits.lines || used >= limits.bytes;
    }
    kept = [];
    keptBytes = 0;
    length = 0;
  };

  for (let at = position; !full;) {
    signal?.throwIfAborted();
    const block = await source.read(at, Math.min(blockBytes, Math.max(4096, limits.bytes)));
    if (block.length === 0) {
      if (length > 0) finish();
      break;
    }
    let from = 0;
    forEachNewline(block, codec, (end) => {
      take(block.subarray(from, end));
      from = end;
      finish();
      return !full;
    });
    if (!full) take(block.subarray(from));
    at += block.length;
    endless = !full && length > longestLine;
    if (endless) finish();
    if (endless) break;
  }
  return {
    ...toText(pieces, codec, limits.lineCharacters),
    count: pieces.length,
    bytes: pieces.reduce((sum, piece) => sum + piece.length, 0),
    more: position < source.size,
    endless,
  };
}

function toText(pieces: readonly Piece[], codec: Codec, most: number | undefined): { text: string; cut: number } {
  const isLong = ({ kept, length }: Piece) =>
    kept.length < length || (most !== undefined && length > most && codec.decode(kept).length > most + 2);
  const long = new Set(pieces.filter(isLong));
  if (long.size === 0) return { text: codec.decode(Buffer.concat(pieces.map(({ kept }) => kept))), cut: 0 };
  return {
    text: pieces.map((piece) => (long.has(piece) ? shorten(piece, codec, most) : codec.decode(piece.kept))).join(''),
    cut: long.size,
  };
}

function shorten({ kept, length }: Piece, codec: Codec, most: number | undefined): string {
  const text = codec.decode(kept);
  // The last character may be half of one.
  const whole = kept.length === length ? text : text.replace(/\uFFFD$/, '');
  const shown = cutText(whole, most ?? whole.length);
  return `${shown}… [${length - codec.encode(shown.replaceAll('\uFFFD', '?')).length} bytes cut]\n`;
}

/** The first characters of a text, never half of a surrogate pair. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most - (/[\uD800-\uDBFF]/.test(text.charAt(most - 1)) ? 1 : 0);
  return text.slice(0, end);
}
