/**
 * The calls that run on one connection to an old server. What such a server sends in between (asks, log messages) does not say to
 * which call it belongs: on a shared connection it is given to the one call in flight, or to the newest of a single client.
 */
import type { Loose } from './caller.ts';
import { UpstreamError } from './peer.ts';

/** A call in flight. */
export interface InFlight {
  /** Who made it: principal and session. */
  readonly client: string;
  /** What its client can do when a server asks. */
  readonly capabilities: Loose;
  /** Sends a notification to its client. */
  notify(method: string, params: Loose): void;
  /** Asks its client. */
  ask(method: string, params: Loose): Promise<Loose>;
}

/** When a connection is idle. */
export interface IdleRule {
  /** How long without a call, in milliseconds; 0 is never. */
  readonly idleMs: number;
  onIdle(): void;
}

/** The calls of one connection. */
export class InFlightCalls {
  readonly #calls = new Set<InFlight>();
  readonly #idle: IdleRule;
  #kept = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(idle: IdleRule) {
    this.#idle = idle;
  }

  /** Adds a call; the returned function takes it out. */
  add(call: InFlight): () => void {
    const release = this.keep();
    this.#calls.add(call);
    return () => (this.#calls.delete(call), release());
  }

  /** Keeps the connection from being idle until the returned function is called. */
  keep(): () => void {
    clearTimeout(this.#timer);
    this.#kept++;
    return () => {
      if (--this.#kept > 0 || this.#idle.idleMs === 0) return;
      this.#timer = setTimeout(this.#idle.onIdle, this.#idle.idleMs);
      this.#timer.unref();
    };
  }

  get size(): number {
    return this.#calls.size;
  }

  /** The call that something without an address belongs to; undefined when that cannot be told. */
  owner(): InFlight | undefined {
    const calls = [...this.#calls];
    return new Set(calls.map(({ client }) => client)).size === 1 ? calls.at(-1) : undefined;
  }

  /** Answers an ask of the server. */
  async ask(name: string, method: string, params: Loose): Promise<Loose> {
    const owner = this.owner();
    if (owner) return owner.ask(method, params);
    const why = this.#calls.size === 0 ? 'no call is in flight' : 'calls of several clients are in flight';
    throw new UpstreamError(
      -32_603,
      `"${method}" of "${name}" cannot be given to a client: ${why}. Call again, or set "isolation": "session" for it.`,
    );
  }
}
