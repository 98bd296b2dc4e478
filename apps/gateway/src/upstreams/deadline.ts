/** A time limit that stands still while a client is asked: people take their time. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  #leftMs: number;
  #since = 0;
  #paused = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#leftMs = ms;
    this.#run();
  }

  /** Aborts when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Runs something that does not count. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    if (this.#paused++ === 0) {
      clearTimeout(this.#timer);
      this.#leftMs -= performance.now() - this.#since;
    }
    try {
      return await work();
    } finally {
      if (--this.#paused === 0) this.#run();
    }
  }

  [Symbol.dispose](): void {
    this.#paused = Infinity;
    clearTimeout(this.#timer);
  }

  #run(): void {
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#controller.abort(), this.#leftMs).unref();
  }
}
