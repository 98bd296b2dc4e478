/**
 * The calls that run on one connection to an old server. What such a server sends in between (asks, log messages) does not say to
 * which call it belongs: on a shared connection it is given to the one call in flight, or to the newest of a single principal.
 */
import type { Loose } from './caller.ts';
import { UpstreamError } from './peer.ts';
import type { UpstreamRequest } from './upstream.ts';

/** A call in flight. */
export interface InFlight {
  readonly request: UpstreamRequest;
  /** Asks the client of the call. */
  ask(method: string, params: Loose): Promise<Loose>;
}

/** The calls of one connection. */
export class InFlightCalls {
  readonly #calls = new Set<InFlight>();

  /** Adds a call; the returned function takes it out. */
  add(call: InFlight): () => void {
    this.#calls.add(call);
    return () => this.#calls.delete(call);
  }

  get size(): number {
    return this.#calls.size;
  }

  /** The call that something without an address belongs to; undefined when that cannot be told. */
  owner(): InFlight | undefined {
    const calls = [...this.#calls];
    const principals = new Set(calls.map(({ request }) => `${request.caller.principal}\n${request.caller.session ?? ''}`));
    return principals.size === 1 ? calls.at(-1) : undefined;
  }

  /** Answers an ask of the server. */
  async ask(name: string, method: string, params: Loose): Promise<Loose> {
    const owner = this.owner();
    if (owner) return owner.ask(method, params);
    const why = this.#calls.size === 0 ? 'no call is in flight' : 'calls of several clients are in flight';
    throw new UpstreamError(
      -32_603,
      `"${method}" of "${name}" cannot be given to a client: ${why}. Set "isolation": "session" or "principal" for it.`,
    );
  }
}
