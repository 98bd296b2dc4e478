/** Who shares a connection to an added server, and what the server is told that its client can do. */
import { type Caller, envelopeKeys, isLoose, type Loose } from './caller.ts';
import { askCapabilities } from './client-capability.ts';
import type { ServerEntry } from './settings.ts';

/** What the gateway says it can do for everybody: it relays what servers ask to the client in question, which may refuse. */
export const allCapabilities: Loose = { elicitation: { form: {}, url: {} }, sampling: { tools: {} }, roots: { listChanged: true } };

/** A connection to take or to open. */
export interface Seat {
  readonly key: string;
  /** Client capabilities to open it with. */
  readonly capabilities: Loose;
}

/** The connection of the gateway itself, for lists and for whoever shares. */
export const sharedSeat: Seat = { key: '', capabilities: allCapabilities };

/**
 * Assigns connections. `auto` is one for everybody, until an old server asks in a call (elicitation, sampling, roots): it does not say
 * which call it means, so from then on each client has its own, opened with what that client can do.
 */
export class Isolation {
  readonly #choice: ServerEntry['isolation'];
  #asks = false;

  constructor({ isolation }: ServerEntry) {
    this.#choice = isolation;
  }

  /** Told that the server asked in a call. */
  asked(): void {
    this.#asks = true;
  }

  /** Whether clients have connections of their own because the server asks. */
  get isApart(): boolean {
    return this.#choice === 'auto' && this.#asks;
  }

  /** Whether a caller without a connection takes one that was opened ahead. A session is told what its client can do when it begins. */
  mayAdopt({ era, session }: Caller): boolean {
    return this.isApart && era === 'modern' && session === undefined;
  }

  seatOf(caller: Caller): Seat {
    if (this.#choice === 'shared' || (this.#choice === 'auto' && !this.#asks)) return sharedSeat;
    if (this.#choice === 'principal') return { key: `p:${caller.principal}`, capabilities: allCapabilities };
    const capabilities = capabilitiesOf(caller);
    if (caller.session !== undefined) return { key: sessionKey(caller.session), capabilities };
    return { key: `p:${caller.principal}:${JSON.stringify(capabilities)}`, capabilities };
  }
}

/** The key of the seat that only one session has. */
export function sessionKey(session: string): string {
  return `s:${session}`;
}

/** What the client of a call can do when a server asks. */
export function capabilitiesOf({ envelope }: Caller): Loose {
  const declared = envelope[envelopeKeys.clientCapabilities];
  if (!isLoose(declared)) return {};
  return Object.fromEntries(askCapabilities.filter((name) => isLoose(declared[name])).map((name) => [name, declared[name]]));
}
