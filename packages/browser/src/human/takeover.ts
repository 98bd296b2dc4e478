/** Who acts in a caller's browser: the agent, or a person who has taken over. */
import { randomUUID } from 'node:crypto';
import { ToolError } from '@sandlot/core';

/** What an agent asks a person for. */
export interface TakeoverRequest {
  readonly id: string;
  readonly reason: string;
  /** What the person should do, and when it is done. */
  readonly need: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** How a request ended. */
export interface Outcome {
  readonly status: 'given_back' | 'declined' | 'nobody_came' | 'still_held';
  /** What people had to say, in order. */
  readonly notes: readonly string[];
}

/** A person whose connection is lost may come back within this time. */
const graceMs = 30_000;
const mostNotes = 50;
const noteChars = 2_000;

export class Takeover {
  request: TakeoverRequest | undefined;
  /** The connection of the person who has taken over. */
  #holder: object | undefined;
  #since = 0;
  #grace: NodeJS.Timeout | undefined;
  #notes: string[] = [];
  #settle: ((status: Outcome['status']) => void) | undefined;
  readonly #listeners = new Set<() => void>();

  /** True while a person acts. */
  get held(): boolean {
    return this.#holder !== undefined;
  }

  /** True when it is this connection that has taken over. */
  isHeldBy(connection: object): boolean {
    return this.#holder === connection;
  }

  /** Hears of every change, until it is disposed. */
  watch(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Tells those who watch. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** @throws ToolError FAILED_PRECONDITION while a person acts */
  refuseWhileHeld(): void {
    if (!this.held) return;
    const seconds = Math.round((Date.now() - this.#since) / 1_000);
    throw new ToolError('FAILED_PRECONDITION', `A person has taken over the browser, ${seconds} s ago; only reading is possible now.`, {
      advice: 'Wait until it is given back: browser_request_takeover waits for that (--caps human).',
    });
  }

  /**
   * Asks a person to take over and waits until the browser is given back.
   *
   * @param timeoutMs longest wait
   * @throws the signal's reason when it aborts; the request is taken back then
   */
  async ask(wanted: Pick<TakeoverRequest, 'reason' | 'need'>, timeoutMs: number, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted();
    if (this.#settle) {
      throw new ToolError('FAILED_PRECONDITION', `A person has been asked already: "${this.request?.reason ?? ''}".`, {
        advice: 'Wait for the answer to that.',
      });
    }
    this.request = { ...wanted, id: randomUUID(), since: Date.now() };
    const { promise, resolve, reject } = Promise.withResolvers<Outcome['status']>();
    this.#settle = resolve;
    const timer = setTimeout(() => resolve(this.held ? 'still_held' : 'nobody_came'), timeoutMs);
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.changed();
    try {
      return { status: await promise, notes: this.#notes };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      this.#settle = undefined;
      this.request = undefined;
      this.#notes = [];
      this.changed();
    }
  }

  /** A person takes over. @throws ToolError when another one has */
  take(connection: object): void {
    if (this.#holder !== undefined && this.#holder !== connection && this.#grace === undefined) {
      throw new ToolError('FAILED_PRECONDITION', 'Somebody else has taken over.', { advice: 'Wait until it is given back.' });
    }
    if (!this.held) this.#since = Date.now();
    clearTimeout(this.#grace);
    this.#grace = undefined;
    this.#holder = connection;
    this.changed();
  }

  /** The person is done. */
  giveBack(connection: object, note?: string): void {
    this.require(connection);
    if (note !== undefined) this.note(note);
    this.#release();
  }

  /** The person says no; the browser stays with the agent. */
  decline(note?: string): void {
    if (!this.request) throw new ToolError('FAILED_PRECONDITION', 'Nobody asks for anything.');
    if (note !== undefined) this.note(note);
    this.#settle?.('declined');
  }

  /** A word for the agent, which it gets with the browser. */
  note(text: string): void {
    if (this.#notes.length >= mostNotes) throw new ToolError('RESOURCE_EXHAUSTED', `${mostNotes} notes wait for the agent already.`);
    this.#notes.push(text.slice(0, noteChars));
    this.changed();
  }

  /** A connection is gone. If it had taken over, it has a while to come back. */
  left(connection: object): void {
    if (this.#holder !== connection) return;
    this.#grace = setTimeout(() => this.#release(), graceMs).unref();
  }

  /** @throws ToolError unless this connection has taken over */
  require(connection: object): void {
    if (this.#holder === connection) return;
    throw new ToolError('FAILED_PRECONDITION', 'Take over first: the agent acts now.', { advice: 'Send {"type":"take"}.' });
  }

  #release(): void {
    clearTimeout(this.#grace);
    this.#grace = undefined;
    this.#holder = undefined;
    this.#settle?.('given_back');
    this.changed();
  }
}
