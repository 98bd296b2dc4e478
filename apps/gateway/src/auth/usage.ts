/** Rate and concurrency of each principal. */
import { ToolError } from '@sandlot/core';
import { Bucket } from './bucket.ts';
import type { Principal } from './principal.ts';

interface Use {
  readonly bucket: Bucket;
  active: number;
}

/** How many principals are kept before those that do nothing are forgotten. */
const mostPrincipals = 10_000;

/** What the principals use now. */
export class Usage {
  readonly #uses = new Map<string, Use>();

  /**
   * Admits a request.
   *
   * @returns ends it
   * @throws ToolError RESOURCE_EXHAUSTED with `data.retry_after_s`
   */
  enter({ id, limits }: Principal): () => void {
    const use = this.#of(id, limits.ratePerSecond, limits.burst);
    if (limits.concurrent > 0 && use.active >= limits.concurrent) {
      throw exhausted(`${use.active} requests of this caller are under way, the most it may have.`, 1);
    }
    const seconds = limits.ratePerSecond > 0 ? use.bucket.take() : 0;
    if (seconds > 0) throw exhausted(`This caller sends more than ${limits.ratePerSecond} requests a second.`, seconds);
    use.active++;
    let ended = false;
    return function leave() {
      if (!ended) use.active--;
      ended = true;
    };
  }

  #of(id: string, ratePerSecond: number, burst: number): Use {
    const known = this.#uses.get(id);
    if (known) return known;
    if (this.#uses.size >= mostPrincipals) {
      for (const [name, { active, bucket }] of this.#uses) if (active === 0 && bucket.full) this.#uses.delete(name);
    }
    const use = { bucket: new Bucket(ratePerSecond, burst), active: 0 };
    this.#uses.set(id, use);
    return use;
  }
}

/** An error that says when to come back; on HTTP it carries `Retry-After`. */
export function exhausted(message: string, seconds: number): ToolError {
  const wait = Math.max(1, Math.ceil(seconds));
  return new ToolError('RESOURCE_EXHAUSTED', message, { advice: `Wait ${wait} s, then call again.`, data: { retry_after_s: wait } });
}
