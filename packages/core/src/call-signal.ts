/** The signal of one call: its caller's leaving, its time limit, and the end of the server, in one. */

/** Ends calls. `AbortSignal.any` and `AbortSignal.timeout` would do the same at many times the cost. */
export class CallSignal implements Disposable {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal;
  readonly #leave = () => this.#controller.abort(this.#caller.reason);
  readonly #timer: NodeJS.Timeout;
  readonly #running: Set<CallSignal>;

  /**
   * @param caller aborts when the caller cancels or is gone
   * @param ms how long the call may take, in milliseconds
   * @param running the calls of the server; this one is among them until it is disposed
   */
  constructor(caller: AbortSignal, ms: number, running: Set<CallSignal>) {
    this.#caller = caller;
    this.#running = running.add(this);
    if (caller.aborted) this.#leave();
    else caller.addEventListener('abort', this.#leave, { once: true });
    this.#timer = setTimeout(() => this.abort(new DOMException('The call took too long.', 'TimeoutError')), ms).unref();
  }

  /** Aborts when one of them ends the call, with its reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the call. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#caller.removeEventListener('abort', this.#leave);
    this.#running.delete(this);
  }
}
