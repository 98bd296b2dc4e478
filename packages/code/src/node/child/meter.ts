/** Sends what a cell writes to stdout and stderr, up to a limit. */
import { send } from './send.ts';

/** Counts the output of one cell after the other. */
export interface Meter {
  begin(limit: number): void;
  /** Characters that were not sent since {@link begin}. */
  end(): number;
}

const lateChars = 10_000;

/** Takes over both streams. */
export function meterOutput(): Meter {
  let room = lateChars;
  let dropped = 0;
  for (const name of ['stdout', 'stderr'] as const) {
    const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      const part = text.slice(0, Math.max(0, room));
      room -= part.length;
      dropped += text.length - part.length;
      if (part !== '') send({ event: 'stream', name, text: part });
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') done();
      return true;
    };
    process[name].write = write;
  }
  return {
    begin(limit) {
      room = limit;
      dropped = 0;
    },
    end() {
      const count = dropped;
      room = lateChars;
      dropped = 0;
      return count;
    },
  };
}
