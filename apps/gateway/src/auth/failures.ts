/** Counts wrong credentials by address, and stops guessing. */
import { Bucket } from './bucket.ts';

const mostAddresses = 10_000;

interface Seen {
  readonly bucket: Bucket;
  /** Principals that proved themselves from this address: somebody else's guessing does not lock them out. */
  readonly proven: Set<string>;
}

/** Failed authentications of each address. */
export class AuthFailures {
  readonly #perMinute: number;
  readonly #seen = new Map<string, Seen>();

  /** @param perMinute wrong credentials that one address may send a minute; 0 sets no limit */
  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Seconds for which the address is refused unheard; 0 when it is not. */
  blockedFor(address: string): number {
    return this.#perMinute === 0 ? 0 : (this.#seen.get(address)?.bucket.wait() ?? 0);
  }

  /** Notes a wrong credential. */
  record(address: string): void {
    if (this.#perMinute > 0) this.#of(address).bucket.take();
  }

  /** Notes a right credential. */
  prove(address: string, principal: string): void {
    if (this.#perMinute === 0) return;
    const { proven } = this.#of(address);
    if (proven.size < 100) proven.add(principal);
  }

  /** Whether the principal proved itself from this address before. */
  isProven(address: string, principal: string): boolean {
    return this.#seen.get(address)?.proven.has(principal) ?? false;
  }

  #of(address: string): Seen {
    const known = this.#seen.get(address);
    if (known) return known;
    if (this.#seen.size >= mostAddresses) this.#seen.delete(this.#seen.keys().next().value ?? '');
    const seen = { bucket: new Bucket(this.#perMinute / 60, this.#perMinute), proven: new Set<string>() };
    this.#seen.set(address, seen);
    return seen;
  }
}
