/** Hands on a stream in whole lines. The SDK copies all that came of a message with every piece of it, so that large ones take seconds. */
import { Transform } from 'node:stream';

const newline = '\n'.charCodeAt(0);

/**
 * Keeps the pieces of a line until its end has come.
 *
 * @param most bytes of a line; a longer one is handed on as it comes, for the reader to refuse
 */
export function wholeLines(most: number): Transform {
  let parts: Buffer[] = [];
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const end = chunk.lastIndexOf(newline) + 1;
      const handed = size + chunk.length > most ? chunk.length : end;
      if (handed > 0) {
        this.push(Buffer.concat([...parts, chunk.subarray(0, handed)]));
        parts = [];
        size = 0;
      }
      if (handed < chunk.length) parts.push(chunk.subarray(handed));
      size += chunk.length - handed;
      done();
    },
    flush(done) {
      done(null, Buffer.concat(parts));
    },
  });
}
