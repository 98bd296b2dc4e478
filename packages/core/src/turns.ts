/** One after the other. */
import { unlessAborted } from './unless-aborted.ts';

/** A queue for what cannot run at once. */
export class Turns {
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** True while somebody has a turn or waits for one. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /**
   * Waits until those before have released their turns.
   *
   * @param signal gives the place in the queue up
   * @returns releases the turn
   */
  async turn(signal: AbortSignal): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = before.then(() => promise);
    this.#waiting++;
    const release = () => {
      this.#waiting--;
      resolve();
    };
    try {
      await unlessAborted(before, signal);
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }
}
