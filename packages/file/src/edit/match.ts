/** Finds text in the bytes of a file, at whole characters, with line endings of either kind. */
import type { Codec } from '../text/encoding.ts';

/** Where a text was found. */
export interface Match {
  readonly start: number;
  readonly end: number;
  /** The newlines inside the match, in order. */
  readonly newlines: readonly string[];
}

/** A file's bytes, ready to be searched. */
export class Haystack {
  readonly content: Buffer;
  readonly codec: Codec;
  /** One character per byte. */
  readonly #latin1: string;

  constructor(content: Buffer, codec: Codec) {
    this.content = content;
    this.codec = codec;
    this.#latin1 = content.toString('latin1');
  }

  /**
   * Every place where a text is, also where places overlap, up to `most`. A newline in the text also matches CRLF.
   */
  find(text: string, most = Number.POSITIVE_INFINITY): Match[] {
    const pattern = this.#pattern(text);
    const matches: Match[] = [];
    for (let found = pattern.exec(this.#latin1); found && matches.length < most; found = pattern.exec(this.#latin1)) {
      const [whole, ...newlines] = found;
      pattern.lastIndex = found.index + 1;
      if (!this.#isCharacterStart(found.index)) continue;
      matches.push({
        start: found.index,
        end: found.index + whole.length,
        newlines: newlines.map((bytes) => this.codec.decode(Buffer.from(bytes, 'latin1'))),
      });
    }
    return matches;
  }

  /** Line number of a position, from 1. */
  lineAt(position: number): number {
    let line = 1;
    const newline = this.codec.encode('\n').toString('latin1');
    for (let at = this.#latin1.indexOf(newline); at !== -1 && at < position; at = this.#latin1.indexOf(newline, at + newline.length)) {
      if (this.#isCharacterStart(at)) line++;
    }
    return line;
  }

  /** Where each line starts; the end of the file closes the list. */
  lineStarts(): number[] {
    const starts = [this.codec.mark.length];
    const newline = this.codec.encode('\n').toString('latin1');
    for (let at = this.#latin1.indexOf(newline); at !== -1; at = this.#latin1.indexOf(newline, at + 1)) {
      if (this.#isCharacterStart(at)) starts.push(at + newline.length);
    }
    if (starts.at(-1) !== this.content.length) starts.push(this.content.length);
    return starts;
  }

  #pattern(text: string): RegExp {
    const bytes = (part: string) => escape(this.codec.encode(part).toString('latin1'));
    // A text that names its CR is taken at its word; a mere newline stands for either kind.
    const newline = `((?:${bytes('\r')})?${bytes('\n')})`;
    const source = text
      .split(/(\r?\n)/)
      .map((part) => (part === '\n' ? newline : part === '\r\n' ? `(${bytes('\r\n')})` : bytes(part)))
      .join('');
    return new RegExp(source, 'g');
  }

  /** False in the middle of a character of several bytes. */
  #isCharacterStart(position: number): boolean {
    const { codec, content } = this;
    if (position < codec.mark.length) return false;
    if (codec.unit === 2) return (position - codec.mark.length) % 2 === 0;
    if (codec.name.startsWith('utf-8') || !multiByte.has(codec.name)) return true;
    // Bytes of a newline are never part of a longer character: boundaries are counted from the line's start.
    const lineStart = content.lastIndexOf(10, position - 1) + 1;
    return position === lineStart || !codec.decode(content.subarray(lineStart, position)).endsWith('\uFFFD');
  }
}

const multiByte = new Set(['gbk', 'gb18030', 'big5', 'shift_jis', 'euc-jp', 'euc-kr']);

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
