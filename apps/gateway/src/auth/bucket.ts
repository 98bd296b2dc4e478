/** A token bucket: so many at once, so many a second in the long run. */
export class Bucket {
  #tokens: number;
  #at = performance.now();
  readonly #ratePerSecond: number;
  readonly #burst: number;

  constructor(ratePerSecond: number, burst: number) {
    this.#ratePerSecond = ratePerSecond;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Seconds until there is a token; 0 when there is one. */
  wait(): number {
    const now = performance.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#ratePerSecond);
    this.#at = now;
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) / this.#ratePerSecond;
  }

  /** Takes a token if there is one. @returns seconds to wait; 0 when it was taken */
  take(): number {
    const seconds = this.wait();
    if (seconds === 0) this.#tokens--;
    return seconds;
  }

  /** True when nothing was taken for so long that a new bucket would be the same. */
  get full(): boolean {
    this.wait();
    return this.#tokens >= this.#burst;
  }
}
