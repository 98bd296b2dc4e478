/** A server that a user added: connected at first use, one connection or one for each session or principal, healed by the next call. */
import { setTimeout as delay } from 'node:timers/promises';
import { ToolError } from '@sandlot/core';
import { isLoose, type Loose } from './caller.ts';
import { ChangedLists } from './changed-lists.ts';
import type { Connection } from './connection.ts';
import { clientSpan, countedRequest } from './counted.ts';
import { Connections, type Live } from './connections.ts';
import { Deadline } from './deadline.ts';
import type { InFlightCalls } from './in-flight.ts';
import { Isolation, type Seat, sessionKey, sharedSeat } from './isolation.ts';
import { KeptOffer } from './kept-offer.ts';
import { requestLegacy, startParkable, tracked } from './legacy.ts';
import { keepListening } from './listen.ts';
import { requestModern } from './modern.ts';
import { fetchOffer } from './offer.ts';
import type { ForeignServerOptions } from './open-foreign.ts';
import { ParkingLot } from './parked.ts';
import { UpstreamError } from './peer.ts';
import { Pins } from './pins.ts';
import { isSessionLost } from './session-lost.ts';
import { Subscriptions } from './subscriptions.ts';
import type { Offer, Upstream, UpstreamChange, UpstreamHealth, UpstreamRequest } from './upstream.ts';

/** A user's server as an upstream. */
export class ForeignServer implements Upstream {
  readonly name: string;
  readonly title: string;
  readonly prefix: string;
  readonly #options: ForeignServerOptions;
  readonly #connections: Connections;
  readonly #parking = new ParkingLot();
  readonly #isolation: Isolation;
  readonly #listeners = new Set<(change: UpstreamChange) => void>();
  readonly #pins: Pins;
  readonly #offers: KeptOffer;
  readonly #subscriptions: Subscriptions;
  readonly #ending = new AbortController();
  readonly #changedLists = new ChangedLists({
    reload: (list) => this.#offers.reload(list),
    emit: (change) => this.#emit(change),
    signal: this.#ending.signal,
  });
  #era: Connection['era'] | undefined;

  constructor(options: ForeignServerOptions) {
    const { entry, pinFolder: folder, log } = options;
    this.#options = options;
    this.#isolation = new Isolation(entry);
    this.#connections = new Connections(options, {
      onAsk: (calls) => this.#asked(calls.owner()?.capabilities),
      onNotification: (calls, method, params) => this.#notified(calls, method, params),
      onOpen: (seat, live) => this.#opened(seat, live),
      onEnd: (seat) => void (seat === sharedSeat && this.#revive()),
    });
    this.#pins = new Pins({ server: options.id, folder, mode: entry.pin, log });
    this.#offers = new KeptOffer({
      entry,
      pins: this.#pins,
      fetch: async () => {
        const { connection, calls } = await this.#connections.take(sharedSeat);
        return fetchOffer(connection, { timeoutMs: entry.timeout, maxBytes: options.maxMessageBytes }).finally(calls.keep());
      },
      onChange: (list) => this.#emit({ method: `notifications/${list}/list_changed`, params: {} }),
    });
    this.#subscriptions = new Subscriptions({
      timeoutMs: entry.timeout,
      onMissed: (uri) => this.#emit({ method: 'notifications/resources/updated', params: { uri } }),
    });
    this.name = options.id;
    this.title = options.entry.description ?? options.id;
    this.prefix = `${options.id}__`;
  }

  offer(): Promise<Offer> {
    return this.#offers.get();
  }

  known(): Offer | undefined {
    return this.#offers.known;
  }

  /** Asks for its lists again, on the connection that there is or on a new one. */
  reload(): Promise<void> {
    return this.#offers.reload();
  }

  /** Looks at what is approved again. */
  repin(): Promise<void> {
    return this.#offers.repin();
  }

  scopeOf(): string {
    return this.#options.entry.scope ?? `${this.name}:use`;
  }

  request(request: UpstreamRequest): Promise<Loose> {
    return countedRequest(this.name, request, () => clientSpan(request, () => this.#request(request)));
  }

  async #request(request: UpstreamRequest): Promise<Loose> {
    const { entry, id } = this.#options;
    if (request.method === 'prompts/get') this.#pins.check('prompt', String(request.params['name']));
    const params =
      request.method === 'tools/call' ? { ...request.params, name: this.#ownName(String(request.params['name'])) } : request.params;
    // A retry goes on where its call waits: that needs no connection of its own.
    const parked = this.#era === 'legacy' ? request.caller.requestState : undefined;
    using deadline = new Deadline(entry.timeout, request.caller.signal);
    const { ask } = request.caller;
    const caller = {
      ...request.caller,
      signal: deadline.signal,
      ...(ask && { ask: (method: string, asked: Loose) => deadline.without(() => ask(method, asked)) }),
    };
    const sent = { ...request, params, caller };
    try {
      return await (parked === undefined ? this.#deliver(sent) : this.#parking.resume(sent, parked));
    } catch (error) {
      if (deadline.isOver)
        throw new ToolError('DEADLINE_EXCEEDED', `The server "${id}" did not answer within ${entry.timeout} ms.`, { cause: error });
      throw error;
    }
  }

  async subscribe(uri: string): Promise<() => Promise<void>> {
    return this.#subscriptions.add(uri, await this.#connections.take(sharedSeat));
  }

  notify(method: string, params: Loose): void {
    for (const live of this.#connections.all())
      void live.then(({ connection }) => connection.era === 'legacy' && connection.peer.notify(method, params)).catch(() => undefined);
  }

  endSession(session: string): void {
    void this.#connections.leave(sessionKey(session));
  }

  onChange(listener: (change: UpstreamChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  health(): UpstreamHealth {
    const { pid, restarts } = this.#connections;
    const known = this.#offers.known !== undefined;
    const { clean } = this.#options;
    const said = this.#connections.error ?? this.#offers.error;
    const error = said === undefined ? undefined : clean(said);
    const stderr = this.#connections.stderr.lines().map(clean);
    const { problems } = this.#offers;
    const connected = known ? (problems.length > 0 ? 'degraded' : 'running') : 'starting';
    const unwell = known ? 'degraded' : 'failed';
    const { waiting } = this.#pins;
    return {
      state: error !== undefined ? unwell : this.#connections.size > 0 ? connected : 'stopped',
      restarts,
      ...(pid !== undefined && { pid }),
      ...(error !== undefined && { error }),
      ...(stderr.length > 0 && { stderr }),
      ...(waiting.length > 0 && { waiting }),
      ...(problems.length > 0 && { problems: problems.map(clean) }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    this.#parking.close();
    await this.#connections[Symbol.asyncDispose]();
    await this.#pins.close();
  }

  #ownName(shown: string): string {
    const own = this.#offers.ownName(shown);
    if (own === undefined)
      throw new UpstreamError(-32_602, `The server "${this.name}" has no tool "${shown}", or its configuration does not allow it.`);
    this.#pins.check('tool', own);
    return own;
  }

  async #deliver(request: UpstreamRequest): Promise<Loose> {
    const seat = this.#isolation.seatOf(request.caller);
    if (this.#isolation.mayAdopt(request.caller)) this.#connections.adopt(seat);
    try {
      return await this.#send(await this.#connections.take(seat), request);
    } catch (error) {
      // The server has forgotten the session, by a restart: it did not take the request, which is sent in a new one.
      if (!isSessionLost(error)) throw error;
      return this.#send(await this.#connections.take(seat), request);
    }
  }

  #send({ connection: { peer, era }, calls }: Live, request: UpstreamRequest): Promise<Loose> {
    if (era === 'modern') return tracked(calls, request, () => requestModern(peer, request));
    if (request.caller.era === 'legacy') return tracked(calls, request, () => requestLegacy(peer, request));
    return this.#parking.run(request, startParkable(peer, calls, request));
  }

  /** From now on clients need connections of their own. */
  #asked(capabilities: Loose | undefined): void {
    this.#isolation.asked();
    if (capabilities && 'command' in this.#options.entry && this.#isolation.isApart) this.#connections.prepare(capabilities);
  }

  #opened(seat: Seat, live: Live): void {
    const { peer, era, capabilities } = live.connection;
    this.#era = era;
    if (seat !== sharedSeat) return;
    // It may be another version than the one before.
    if (this.#offers.known && !this.#offers.fetching) void this.#offers.reload();
    void this.#subscriptions.moveTo(live).catch(() => undefined);
    if (era === 'legacy') return;
    const notifications = {
      ...(isLoose(capabilities['tools']) && { toolsListChanged: true }),
      ...(isLoose(capabilities['prompts']) && { promptsListChanged: true }),
      ...(isLoose(capabilities['resources']) && { resourcesListChanged: true }),
    };
    void keepListening(peer, notifications, this.#ending.signal, () => this.#offers.reload());
  }

  /** Whoever waits for news of a resource makes no calls: the connection is opened again for them. */
  async #revive(): Promise<void> {
    const { signal } = this.#ending;
    for (let waitMs = 500; this.#subscriptions.size > 0 && !signal.aborted; waitMs = Math.min(30_000, waitMs * 2)) {
      await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      const live = signal.aborted ? undefined : await this.#connections.take(sharedSeat).catch(() => undefined);
      if (live) return;
    }
  }

  #notified(calls: InFlightCalls, method: string, params: Loose): void {
    const list = /^notifications\/(tools|prompts|resources)\/list_changed$/.exec(method)?.[1];
    if (list !== undefined) this.#changedLists.tell(list, { method, params });
    else if (method === 'notifications/resources/updated') this.#emit({ method, params });
    else if (method !== 'notifications/subscriptions/acknowledged') calls.owner()?.notify(method, params);
  }

  #emit(change: UpstreamChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
