/** Handles that are let go together. `DisposableStack` would do it, but Node has it only from 24 on. */

/** Things to dispose, the last one first. */
export class Held implements Disposable {
  readonly #things: Disposable[] = [];

  /** Keeps a thing; gives it back. */
  use<T extends Disposable>(thing: T): T {
    this.#things.push(thing);
    return thing;
  }

  [Symbol.dispose](): void {
    for (let thing = this.#things.pop(); thing; thing = this.#things.pop()) thing[Symbol.dispose]();
  }
}
