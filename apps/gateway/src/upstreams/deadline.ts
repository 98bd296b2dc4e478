/** A call's time limit, and its caller's leaving. The time stands still while a client is asked: people take their time. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal;
  readonly #leave = () => this.#controller.abort(this.#caller.reason);
  #isOver = false;
  #leftMs: number;
  #since = 0;
  #paused = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param ms how long the call may take, in milliseconds
   * @param caller aborts when the caller cancels or is gone
   */
  constructor(ms: number, caller: AbortSignal) {
    this.#leftMs = ms;
    this.#caller = caller;
    if (caller.aborted) this.#leave();
    else caller.addEventListener('abort', this.#leave, { once: true });
    this.#run();
  }

  /** Whether the time ended the call. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Aborts when the time is over, or the caller is gone. `AbortSignal.any` would do the same at many times the cost. */
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
    this.#caller.removeEventListener('abort', this.#leave);
  }

  #run(): void {
    this.#since = performance.now();
    this.#timer = setTimeout(() => {
      this.#isOver = !this.#controller.signal.aborted;
      this.#controller.abort();
    }, this.#leftMs).unref();
  }
}
