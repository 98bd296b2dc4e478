/** Types into a terminal without waiting for the program. The terminal's library would: one that never reads would stop the whole server. */
import { writeSync } from 'node:fs';

const firstPauseMs = 1;
const longestPauseMs = 50;

/** What is typed into one terminal. */
export class Typing {
  readonly #fd: number;
  #waiting: Buffer[] = [];
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = firstPauseMs;
  #ended = false;

  /** @param fd the terminal's descriptor, non-blocking */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Bytes that do not fit into the terminal yet, because the program has not read what is before them. */
  get waitingBytes(): number {
    return this.#waiting.reduce((sum, { length }) => sum + length, 0);
  }

  /** Types. */
  write(text: string): void {
    if (this.#ended || text === '') return;
    this.#waiting.push(Buffer.from(text));
    if (this.#timer === undefined) this.#pump();
  }

  /** Writes no more: the descriptor may be closed, and its number belong to something else. */
  end(): void {
    this.#ended = true;
    this.#waiting = [];
    clearTimeout(this.#timer);
  }

  #pump(): void {
    this.#timer = undefined;
    for (let [head] = this.#waiting; head; [head] = this.#waiting) {
      const written = this.#try(head);
      if (written === undefined) return;
      this.#pauseMs = firstPauseMs;
      if (written < head.length) this.#waiting[0] = head.subarray(written);
      else this.#waiting.shift();
    }
  }

  #later(): void {
    this.#timer = setTimeout(() => this.#pump(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }

  /** Writes what fits; undefined when nothing did, and it goes on later, or never. */
  #try(bytes: Buffer): number | undefined {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') this.#later();
      // Anything else means that the terminal is gone.
      else this.end();
      return undefined;
    }
  }
}
