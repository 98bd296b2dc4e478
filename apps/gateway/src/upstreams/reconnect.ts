/** Back-off and circuit breaker of a server that does not come up. */
import { ToolError } from '@sandlot/core';

const firstMs = 500;
const mostMs = 30_000;

/** Remembers failed attempts. Between them calls fail at once, with the reason, instead of starting the next attempt. */
export class Reconnect {
  #failures = 0;
  #until = 0;
  #error: string | undefined;

  /** Why the last attempt failed; undefined after a success. */
  get error(): string | undefined {
    return this.#error;
  }

  /** @throws ToolError UNAVAILABLE while it is too early for another attempt */
  check(name: string): void {
    const left = this.#until - Date.now();
    if (left > 0)
      throw new ToolError('UNAVAILABLE', `The server "${name}" is not available: ${this.#error}`, {
        advice: `It is tried again in ${Math.ceil(left / 1000)} s.`,
      });
  }

  succeeded(): void {
    this.#failures = 0;
    this.#until = 0;
    this.#error = undefined;
  }

  failed(error: unknown): void {
    // The first failure may be a hiccup: the next call tries again at once.
    const wait = this.#failures === 0 ? 0 : Math.min(mostMs, firstMs * 2 ** (this.#failures - 1));
    this.#failures++;
    this.#until = Date.now() + wait;
    this.#error = error instanceof Error ? error.message : String(error);
  }
}
