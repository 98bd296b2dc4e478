/** What an answer leaves out: counted, and the first few by name. */
import { showName } from './names.ts';

/** Most names that an answer tells. */
const mostNames = 10;

/** Collects what is left out. */
export class LeftOut {
  count = 0;
  /** Pairs of a name, fit to be shown, and why. */
  readonly #first: { readonly name: string; readonly why: string }[] = [];

  /** Counts one. */
  add(name: string, why: string): void {
    this.count++;
    if (this.#first.length < mostNames) this.#first.push({ name: showName(name), why });
  }

  /** The facts `omitted` and `omitted_names`; none when nothing is left out. */
  get facts(): { omitted?: number; omitted_names?: string[] } {
    return this.count === 0 ? {} : { omitted: this.count, omitted_names: this.#first.map(({ name }) => name) };
  }

  /** A sentence for the answer's text; none when nothing is left out. */
  get notes(): string[] {
    if (this.count === 0) return [];
    const shown = this.#first.map(({ name, why }) => `${name} (${why})`).join(', ');
    const more = this.count > this.#first.length ? `, and ${this.count - this.#first.length} more` : '';
    return [`Left out: ${shown}${more}.`];
  }
}
