/** Reads the lines of a file one by one, in constant memory. */
import { closeSync, openSync, readSync } from 'node:fs';

const chunkBytes = 1024 * 1024;

/** One line. */
export interface Line {
  /** The exact bytes, with the newline when the line has one. */
  readonly bytes: Buffer;
  /** 1 for the first line of the file. */
  readonly number: number;
  /** False for a last line without a newline: its writer died. */
  readonly complete: boolean;
}

/** Reads a file line by line. A line of more than a megabyte comes in pieces. */
export function* readLines(path: string): Generator<Line, void, undefined> {
  const fd = openSync(path, 'r');
  try {
    let number = 0;
    let carry = Buffer.alloc(0);
    for (;;) {
      const chunk = Buffer.allocUnsafe(carry.length + chunkBytes);
      carry.copy(chunk);
      const bytesRead = readSync(fd, chunk, carry.length, chunkBytes, null);
      const data = chunk.subarray(0, carry.length + bytesRead);
      if (bytesRead === 0) break;
      let start = 0;
      for (let end = data.indexOf(10, carry.length); end !== -1; end = data.indexOf(10, start)) {
        yield { bytes: data.subarray(start, end + 1), number: ++number, complete: true };
        start = end + 1;
      }
      carry = data.subarray(start);
      if (carry.length <= chunkBytes) continue;
      yield { bytes: carry, number: ++number, complete: true };
      carry = Buffer.alloc(0);
    }
    if (carry.length > 0) yield { bytes: carry, number: number + 1, complete: false };
  } finally {
    closeSync(fd);
  }
}
