/** A line that is too long to be kept: it is passed over, and what can be told of it is whose answer it was. */

/** How long a line may still get, in times of the limit. */
const mostTimes = 16;
/** A line that stops in the middle is given up after this time. */
const patienceMs = 2000;
const kept = 256;

/** Options of {@link LongLine}. */
export interface LongLineOptions {
  readonly maxBytes: number;
  /** Told once: the id of the request that it answers, or undefined when that cannot be told. */
  readonly onKnown: (id: number | undefined) => void;
}

/** A line that goes on. */
export class LongLine {
  readonly #options: LongLineOptions;
  #tail: Buffer;
  #bytes = 0;
  #isKnown = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param chunks what came of it; they are not held */
  constructor(chunks: readonly Buffer[], options: LongLineOptions) {
    this.#options = options;
    this.#tail = Buffer.concat(chunks.slice(-kept)).subarray(-kept);
    const start = Buffer.concat(chunks.slice(0, kept), kept);
    const id = /^\s*\{"jsonrpc":"2\.0","id":(\d+),"(?:result|error)"/.exec(start.toString('latin1'))?.[1];
    if (id === undefined) this.#wait();
    else this.#know(Number(id));
  }

  /** Passes over more of it. */
  skip(part: Buffer): void {
    this.#tail = Buffer.concat([this.#tail, part.subarray(-kept)]).subarray(-kept);
    this.#bytes += part.length;
    if (this.#bytes > this.#options.maxBytes * mostTimes) return this.#know(undefined, true);
    if (!this.#isKnown) this.#wait();
  }

  /** Its end came: SDKs write the id last. */
  end(): void {
    const id = /,"id":(\d+)\}\s*$/.exec(this.#tail.toString('latin1'))?.[1];
    this.#know(id === undefined ? undefined : Number(id));
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#know(undefined), patienceMs);
    this.#timer.unref();
  }

  #know(id: number | undefined, anyway = false): void {
    clearTimeout(this.#timer);
    if (this.#isKnown && !anyway) return;
    this.#isKnown = true;
    this.#options.onKnown(id);
  }
}
