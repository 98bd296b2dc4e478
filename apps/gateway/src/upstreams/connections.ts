/** The connections to one added server: opened at first use, one for each seat, closed when idle, gone when they end. */
import { ToolError } from '@sandlot/core';
import { AnswerRoom } from './answer-room.ts';
import type { Loose } from './caller.ts';
import type { Connection } from './connection.ts';
import { InFlightCalls } from './in-flight.ts';
import type { Seat } from './isolation.ts';
import { type ForeignServerOptions, openForeign } from './open-foreign.ts';
import { Reconnect } from './reconnect.ts';
import { type Link, StderrRing } from './spawned.ts';

/** A connection with what runs on it. */
export interface Live {
  readonly connection: Connection;
  readonly link: Link;
  readonly calls: InFlightCalls;
  /** Closes it, which is no restart. */
  retire(): Promise<void>;
}

/** A connection with the key of the seat that has it. */
interface Place {
  key: string;
  readonly live: Promise<Live>;
}

/** What the connections tell their owner. */
export interface ConnectionEvents {
  /** The server asked for something in a call. */
  onAsk(calls: InFlightCalls): void;
  /** A notification that is no progress; `calls` are those in flight on its connection. */
  onNotification(calls: InFlightCalls, method: string, params: Loose): void;
  /** A connection was opened. */
  onOpen(seat: Seat, live: Live): void;
  /** A connection ended by itself. */
  onEnd(seat: Seat): void;
}

/** The connections. */
export class Connections implements AsyncDisposable {
  readonly stderr = new StderrRing();
  readonly #options: ForeignServerOptions;
  readonly #events: ConnectionEvents;
  readonly #live = new Map<string, Promise<Live>>();
  readonly #room = new AnswerRoom();
  readonly #closing = new Set<Promise<void>>();
  readonly #reconnect = new Reconnect();
  /** Opened ahead, by what they were told that the client can do. */
  readonly #spares = new Map<string, Place>();
  #pid: number | undefined;
  #restarts = 0;
  #ended: string | undefined;
  readonly #ending = new AbortController();

  constructor(options: ForeignServerOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
  }

  get size(): number {
    return this.#live.size;
  }

  /** Process id of the newest that is a process. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** How many ended by themselves. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Why the last attempt to connect failed, or what ended the last connection. */
  get error(): string | undefined {
    return this.#reconnect.error ?? this.#ended;
  }

  all(): readonly Promise<Live>[] {
    return [...this.#live.values()];
  }

  /** Opens a connection ahead, for the next client that can do the same and needs one of his own. */
  prepare(capabilities: Loose): void {
    const seat = spareSeat(capabilities);
    if (this.#ending.signal.aborted || this.#live.has(seat.key) || this.#live.size >= this.#options.entry.connections) return;
    const spare = this.#place(seat);
    this.#spares.set(seat.key, spare);
    // Nobody may ever need it.
    spare.live.then(({ calls }) => calls.keep()()).catch(() => undefined);
  }

  /** Gives a seat without a connection one that was opened ahead. */
  adopt(seat: Seat): void {
    const { key } = spareSeat(seat.capabilities);
    const spare = this.#spares.get(key);
    if (!spare || this.#live.has(seat.key) || this.#live.get(key) !== spare.live) return;
    this.#live.delete(key);
    spare.key = seat.key;
    this.#live.set(seat.key, spare.live);
    this.prepare(seat.capabilities);
  }

  /** Takes the connection of a seat, or opens it. @throws ToolError UNAVAILABLE, RESOURCE_EXHAUSTED */
  async take(seat: Seat): Promise<Live> {
    const known = this.#live.get(seat.key);
    const usable = await known;
    if (usable && !usable.connection.peer.failed) return usable;
    // Another caller may have opened the next one meanwhile.
    const next = this.#live.get(seat.key);
    if (next && next !== known) return next;
    const { id, entry } = this.#options;
    if (!this.#live.has(seat.key) && this.#live.size >= entry.connections) {
      throw new ToolError('RESOURCE_EXHAUSTED', `The server "${id}" has ${this.#live.size} connections already, the most it may have.`, {
        advice: 'Wait until one is idle, or raise "connections" of its entry.',
      });
    }
    return this.#place(seat).live;
  }

  #place(seat: Seat): Place {
    const live = this.#open(seat, () => this.#live.get(place.key) === live && this.#live.delete(place.key));
    const place: Place = { key: seat.key, live };
    this.#live.set(seat.key, live);
    return place;
  }

  /** Closes the connection of a seat that is not needed any more. */
  async leave(key: string): Promise<void> {
    const live = this.#live.get(key);
    this.#live.delete(key);
    await live?.then((usable) => usable.retire()).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What is still starting is not waited for.
    this.#ending.abort();
    await Promise.all([...this.#live.values()].map((live) => live.then(({ link }) => link.close()).catch(() => undefined)));
    await Promise.all(this.#closing);
  }

  async #open(seat: Seat, forget: () => boolean): Promise<Live> {
    try {
      if (this.#ending.signal.aborted) throw new ToolError('UNAVAILABLE', 'The gateway is shutting down.');
      this.#reconnect.check(this.#options.id);
      const live = await this.#start(seat, forget);
      this.#reconnect.succeeded();
      this.#ended = undefined;
      this.#events.onOpen(seat, live);
      return live;
    } catch (error) {
      // Settled after `take` has put it on the map.
      await Promise.resolve();
      forget();
      throw error;
    }
  }

  async #start(seat: Seat, forget: () => boolean): Promise<Live> {
    const { id, entry, log } = this.#options;
    let closed = false;
    const calls: InFlightCalls = new InFlightCalls({
      idleMs: entry.idle,
      onIdle: () => void retire(),
    });
    const retire = (): Promise<void> => {
      closed = true;
      forget();
      const closing = opened.link.close().finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
      return closing;
    };
    const handlers = {
      onRequest: (method: string, params: Loose) => {
        if (calls.size > 0) this.#events.onAsk(calls);
        return calls.ask(id, method, params);
      },
      onNotification: (method: string, params: Loose) => this.#events.onNotification(calls, method, params),
    };
    const shared = { stderr: this.stderr, room: this.#room };
    const opened = await openForeign(this.#options, seat.capabilities, handlers, shared, this.#ending.signal).catch((error: unknown) => {
      this.#reconnect.failed(error);
      log.warn('server could not be connected', { server: id, error });
      if (ToolError.is(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new ToolError('UNAVAILABLE', `The server "${id}" could not be connected: ${reason}`, { cause: error });
    });
    const { pid } = opened.link;
    this.#pid = pid;
    void opened.link.ended.then((how) => {
      if (this.#pid === pid) this.#pid = undefined;
      forget();
      if (closed || this.#ending.signal.aborted) return;
      this.#restarts++;
      this.#ended = this.#live.size === 0 ? `The server ended (${how}).` : undefined;
      log.info('server ended', { server: id, how });
      this.#events.onEnd(seat);
    });
    return { ...opened, calls, retire };
  }
}

function spareSeat(capabilities: Loose): Seat {
  return { key: `spare:${JSON.stringify(capabilities)}`, capabilities };
}
