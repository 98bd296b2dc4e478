/**
 * Hands on a stream in whole lines, and leaves out those that are too long. The SDK copies all that came of a message with every piece of
 * it, so that large ones take seconds, and gives the connection up at one that is over its limit.
 */
import { Transform } from 'node:stream';

/** A message that was left out. */
export interface TooLong {
  /** Its id, where it could be found; null else. */
  readonly id: string | number | null;
  readonly bytes: number;
}

const lineEnd = '\n'.charCodeAt(0);
/** How much of both ends of a line that is too long is kept, to find its id. */
const endBytes = 1024;

/**
 * Keeps the pieces of a line until its end has come.
 *
 * @param most bytes of a line
 * @param onTooLong told each line that has more; nothing of it is handed on
 */
export function wholeLines(most: number, onTooLong: (message: TooLong) => void): Transform {
  let line = new Line(most);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let from = 0; from < chunk.length;) {
        const end = chunk.indexOf(lineEnd, from) + 1;
        const piece = chunk.subarray(from, end === 0 ? chunk.length : end);
        from += piece.length;
        line.add(piece);
        if (end === 0) break;
        if (line.isTooLong) onTooLong({ id: line.id(), bytes: line.bytes });
        else this.push(line.whole());
        line = new Line(most);
      }
      done();
    },
    flush(done) {
      done(null, line.isTooLong ? undefined : line.whole());
    },
  });
}

/** A line that comes in pieces. */
class Line {
  readonly #most: number;
  #parts: Buffer[] = [];
  #start: Buffer = Buffer.alloc(0);
  #end: Buffer = Buffer.alloc(0);
  /** So far. */
  bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** The line's own end does not count. */
  get isTooLong(): boolean {
    return this.bytes > this.#most + 1;
  }

  add(piece: Buffer): void {
    this.bytes += piece.length;
    if (!this.isTooLong) return void this.#parts.push(piece);
    // A copy: a part of a buffer would keep all of it.
    if (this.#start.length === 0)
      this.#start = Buffer.from(Buffer.concat([...this.#parts, piece.subarray(0, endBytes)]).subarray(0, endBytes));
    this.#parts = [];
    this.#end = Buffer.concat([this.#end, piece.subarray(-endBytes)]).subarray(-endBytes);
  }

  whole(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** The id of a JSON-RPC request, which stands before or behind what makes it long. */
  id(): string | number | null {
    const id = String.raw`"id":("(?:[^"\\]|\\.)*"|-?\d+)`;
    const before = new RegExp(String.raw`^\s*\{(?:"(?:jsonrpc|method)":"[^"]*",)*${id}[,}]`).exec(this.#start.toString());
    const behind = new RegExp(String.raw`,${id}(?:,"jsonrpc":"2\.0")?\}\s*$`).exec(this.#end.toString());
    const found = before?.[1] ?? behind?.[1];
    return found === undefined ? null : (JSON.parse(found) as string | number);
  }
}
