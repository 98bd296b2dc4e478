/** One change at a time per file, so that changes made at once are all kept. */

/** Runs work with the same key one after the other. */
export class Queue {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `work` once everything before it under any of the keys has ended. */
  async run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    let end = (): void => undefined;
    const done = new Promise<void>((resolve) => {
      end = resolve;
    });
    const before = keys.map((key) => this.#tails.get(key) ?? Promise.resolve());
    for (const key of keys) this.#tails.set(key, done);
    await Promise.all(before);
    try {
      return await work();
    } finally {
      end();
      for (const key of keys) if (this.#tails.get(key) === done) this.#tails.delete(key);
    }
  }
}
