/** The last bytes of a stream, in a buffer that grows to its limit and no further. */

const firstBytes = 4096;

/** A ring of bytes under absolute positions. */
export class Ring {
  /** Position after the last byte. */
  end = 0;
  readonly #limit: number;
  #bytes = Buffer.alloc(0);

  /** @param limit most bytes that are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Position of the first byte that is still there. */
  get start(): number {
    return Math.max(0, this.end - this.#bytes.length);
  }

  /** Takes bytes; what is over the limit drops out at the other end. */
  push(chunk: Buffer): void {
    this.#grow(this.end + chunk.length);
    const kept = chunk.subarray(Math.max(0, chunk.length - this.#limit));
    this.end += chunk.length;
    this.#write(kept, this.end - kept.length);
  }

  /** Copies the bytes from one position to another; both must lie between {@link start} and {@link end}. */
  slice(from: number, to: number): Buffer {
    const copy = Buffer.allocUnsafe(to - from);
    if (copy.length === 0) return copy;
    const at = from % this.#bytes.length;
    const first = this.#bytes.copy(copy, 0, at, Math.min(at + copy.length, this.#bytes.length));
    this.#bytes.copy(copy, first, 0, copy.length - first);
    return copy;
  }

  #grow(needed: number): void {
    let size = Math.max(this.#bytes.length, firstBytes);
    while (size < needed && size < this.#limit) size *= 2;
    size = Math.min(size, this.#limit);
    if (size === this.#bytes.length) return;
    const { start, end } = this;
    const old = this.slice(start, end);
    this.#bytes = Buffer.alloc(size);
    this.#write(old, start);
  }

  #write(bytes: Buffer, position: number): void {
    const at = position % this.#bytes.length;
    const first = bytes.copy(this.#bytes, at);
    bytes.copy(this.#bytes, 0, first);
  }
}
