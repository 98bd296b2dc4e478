/** The end of what a process writes, to explain its death. */
import type { Readable } from 'node:stream';

const keptChars = 4000;

/** Keeps the last characters of a stream. */
export class StderrEnd {
  #text = '';

  constructor(stream: Readable | null) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      this.#text = (this.#text + text).slice(-keptChars);
    });
  }

  /** What is kept. */
  get text(): string {
    return this.#text;
  }
}
