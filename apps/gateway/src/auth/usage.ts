/** Rate and concurrency of each principal. */
import { ToolError } from '@sandlot/core';
import { Bucket } from './bucket.ts';
import type { Principal } from './principal.ts';

interface Use {
  bucket: Bucket;
  ratePerSecond: number;
  burst: number;
  active: number;
}

/** How many principals are kept before those that do nothing are forgotten. */
const mostPrincipals = 10_000;

/** A request that is under way. */
export interface Admission {
  /** Sets what is done when the credential ends while the request goes on: it expires, or is taken back. */
  onInvalid(end: () => void): void;
  /** Ends it. */
  leave(): void;
}

/** What the principals use now. */
export class Usage {
  readonly #uses = new Map<string, Use>();
  readonly #open = new Set<{ readonly principal: Principal; end: () => void }>();

  /**
   * Admits a request.
   *
   * @param end see `onInvalid`
   * @throws ToolError RESOURCE_EXHAUSTED with `data.retry_after_s`
   */
  enter(principal: Principal, end: () => void = () => undefined): Admission {
    const { id, limits } = principal;
    const use = this.#of(id, limits.ratePerSecond, limits.burst);
    if (limits.concurrent > 0 && use.active >= limits.concurrent) {
      throw exhausted(`${use.active} requests of this caller are under way, the most it may have.`, 1);
    }
    const seconds = limits.ratePerSecond > 0 ? use.bucket.take() : 0;
    if (seconds > 0) throw exhausted(`This caller sends more than ${limits.ratePerSecond} requests a second.`, seconds);
    use.active++;
    const open = { principal, end };
    this.#open.add(open);
    return {
      onInvalid: (other) => void (open.end = other),
      leave: () => void (this.#open.delete(open) && use.active--),
    };
  }

  /** Ends the requests whose credential is not good any more. */
  sweep(): void {
    for (const { principal, end } of this.#open) if (!principal.isValid()) end();
  }

  #of(id: string, ratePerSecond: number, burst: number): Use {
    const known = this.#uses.get(id);
    if (known?.ratePerSecond === ratePerSecond && known.burst === burst) return known;
    if (this.#uses.size >= mostPrincipals) {
      for (const [name, { active, bucket }] of this.#uses) if (active === 0 && bucket.full) this.#uses.delete(name);
    }
    // New limits, which a key can get while the gateway runs, begin with a full bucket.
    const use = { bucket: new Bucket(ratePerSecond, burst), ratePerSecond, burst };
    if (known) return Object.assign(known, use);
    const made = { ...use, active: 0 };
    this.#uses.set(id, made);
    return made;
  }
}

/** An error that says when to come back; on HTTP it carries `Retry-After`. */
export function exhausted(message: string, seconds: number): ToolError {
  const wait = Math.max(1, Math.ceil(seconds));
  return new ToolError('RESOURCE_EXHAUSTED', message, { advice: `Wait ${wait} s, then call again.`, data: { retry_after_s: wait } });
}
