/** Sends what a cell writes to stdout and stderr, up to a limit. */
import { send } from './send.ts';

/** Counts the output of one cell after the other. */
export interface Meter {
  /** Returns how many characters were not sent since the end of the cell before. */
  begin(limit: number): number;
  /** Characters that were not sent since {@link begin}. What is written from now on has the same limit. */
  end(): number;
}

const pieceChars = 1024 * 1024;

/** Takes over both streams. */
export function meterOutput(): Meter {
  let limit = 0;
  let room = 0;
  let dropped = 0;
  const restart = () => {
    const count = dropped;
    room = limit;
    dropped = 0;
    return count;
  };
  for (const name of ['stdout', 'stderr'] as const) {
    const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      const part = text.slice(0, Math.max(0, room));
      room -= part.length;
      dropped += text.length - part.length;
      for (let from = 0; from < part.length; from += pieceChars) send({ event: 'stream', name, text: part.slice(from, from + pieceChars) });
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') done();
      return true;
    };
    process[name].write = write;
  }
  return {
    begin(most) {
      limit = most;
      return restart();
    },
    end: restart,
  };
}
