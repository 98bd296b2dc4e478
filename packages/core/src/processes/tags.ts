/** Numbers that mark process trees; see tree.ts. */
import { randomInt } from 'node:crypto';
import { tagOf } from './tree.ts';

/** The tags of one server. */
export class Tags {
  /** The first digits of all of them. */
  readonly prefix = randomInt(100_000_000, highestPrefix());
  #count = 0;

  /** A new tag. */
  next(): number {
    this.#count = (this.#count + 1) % 1_000_000;
    return this.prefix * 1_000_000 + this.#count;
  }
}

/** A limit can only be lowered: below another server's command, tags must be smaller than that one's. */
function highestPrefix(): number {
  const own = tagOf('self');
  return own === undefined ? 900_000_000 : Math.max(100_000_001, Math.floor(own / 1_000_000));
}
