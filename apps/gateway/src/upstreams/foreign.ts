/** A server that a user added: connected at first use, one connection or one for each session or principal, healed by the next call. */
import { ToolError } from '@sandlot/core';
import { isLoose, type Loose } from './caller.ts';
import { type Connection, ownEnvelope } from './connection.ts';
import { Connections, type Live } from './connections.ts';
import { Deadline } from './deadline.ts';
import type { InFlightCalls } from './in-flight.ts';
import { Isolation, type Seat, sharedSeat } from './isolation.ts';
import { requestLegacy, startParkable, tracked } from './legacy.ts';
import { requestModern } from './modern.ts';
import { fetchOffer, ownNameOf } from './offer.ts';
import type { ForeignServerOptions } from './open-foreign.ts';
import { ParkingLot } from './parked.ts';
import { UpstreamError } from './peer.ts';
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
  #offer: Promise<Offer> | undefined;
  #known: Offer | undefined;
  readonly #ending = new AbortController();
  #era: Connection['era'] | undefined;

  constructor(options: ForeignServerOptions) {
    this.#options = options;
    this.#isolation = new Isolation(options.entry);
    this.#connections = new Connections(options, {
      onAsk: () => this.#isolation.asked(),
      onNotification: (calls, method, params) => this.#notified(calls, method, params),
      onOpen: (seat, live) => this.#opened(seat, live),
    });
    this.name = options.id;
    this.title = options.entry.description ?? options.id;
    this.prefix = `${options.id}__`;
  }

  offer(): Promise<Offer> {
    this.#offer ??= this.#fetchOffer();
    return this.#offer;
  }

  known(): Offer | undefined {
    return this.#known;
  }

  scopeOf(): string {
    return this.#options.entry.scope ?? `${this.name}:use`;
  }

  async request(request: UpstreamRequest): Promise<Loose> {
    const { entry, id } = this.#options;
    const params =
      request.method === 'tools/call' ? { ...request.params, name: this.#ownName(String(request.params['name'])) } : request.params;
    // A retry goes on where its call waits: that needs no connection of its own.
    const parked = this.#era === 'legacy' ? request.caller.requestState : undefined;
    const live = parked === undefined ? await this.#connections.take(this.#isolation.seatOf(request.caller)) : undefined;
    using deadline = new Deadline(entry.timeout);
    const { ask } = request.caller;
    const caller = {
      ...request.caller,
      signal: AbortSignal.any([request.caller.signal, deadline.signal]),
      ...(ask && { ask: (method: string, asked: Loose) => deadline.without(() => ask(method, asked)) }),
    };
    const sent = { ...request, params, caller };
    try {
      return await (live ? this.#send(live, sent) : this.#parking.resume(sent, String(parked)));
    } catch (error) {
      if (deadline.signal.aborted && !request.caller.signal.aborted)
        throw new ToolError('DEADLINE_EXCEEDED', `The server "${id}" did not answer within ${entry.timeout} ms.`, { cause: error });
      throw error;
    }
  }

  async subscribe(uri: string): Promise<() => Promise<void>> {
    const { connection, calls } = await this.#connections.take(sharedSeat);
    const { peer, era } = connection;
    const ending = new AbortController();
    const release = calls.keep();
    if (era === 'modern') {
      const params = { _meta: ownEnvelope, notifications: { resourceSubscriptions: [uri] } };
      void peer.request('subscriptions/listen', params, { signal: ending.signal }).catch(() => undefined);
      return async () => (release(), ending.abort());
    }
    const signal = AbortSignal.timeout(this.#options.entry.timeout);
    await peer.request('resources/subscribe', { uri }, { signal }).catch((error: unknown) => (release(), Promise.reject(error)));
    return async () => {
      release();
      await peer.request('resources/unsubscribe', { uri }, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    };
  }

  notify(method: string, params: Loose): void {
    for (const live of this.#connections.all())
      void live.then(({ connection }) => connection.era === 'legacy' && connection.peer.notify(method, params)).catch(() => undefined);
  }

  onChange(listener: (change: UpstreamChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  health(): UpstreamHealth {
    const { error, pid, restarts } = this.#connections;
    const running = this.#connections.size > 0;
    const stderr = this.#connections.stderr.lines();
    return {
      state: this.#options.entry.disabled
        ? 'disabled'
        : error !== undefined
          ? this.#known
            ? 'degraded'
            : 'failed'
          : running
            ? this.#known
              ? 'running'
              : 'starting'
            : 'stopped',
      restarts,
      ...(pid !== undefined && { pid }),
      ...(error !== undefined && { error }),
      ...(stderr.length > 0 && { stderr }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    this.#parking.close();
    await this.#connections[Symbol.asyncDispose]();
  }

  #ownName(shown: string): string {
    const own = ownNameOf(shown, this.#options.entry);
    if (own === undefined)
      throw new UpstreamError(-32_602, `The server "${this.name}" has no tool "${shown}", or its configuration does not allow it.`);
    return own;
  }

  #send({ connection: { peer, era }, calls }: Live, request: UpstreamRequest): Promise<Loose> {
    if (era === 'modern') return tracked(calls, request, () => requestModern(peer, request));
    if (request.caller.era === 'legacy') return tracked(calls, request, () => requestLegacy(peer, request));
    return this.#parking.run(request, startParkable(peer, calls, request));
  }

  #opened(seat: Seat, { connection: { peer, era, capabilities } }: Live): void {
    this.#era = era;
    if (era === 'legacy' || seat !== sharedSeat) return;
    // Servers of 2026-07-28 report changes only to those who listen.
    const notifications = {
      ...(isLoose(capabilities['tools']) && { toolsListChanged: true }),
      ...(isLoose(capabilities['prompts']) && { promptsListChanged: true }),
      ...(isLoose(capabilities['resources']) && { resourcesListChanged: true }),
    };
    const params = { _meta: ownEnvelope, notifications };
    void peer.request('subscriptions/listen', params, { signal: this.#ending.signal }).catch(() => undefined);
  }

  #notified(calls: InFlightCalls, method: string, params: Loose): void {
    if (method.endsWith('/list_changed')) {
      this.#offer = undefined;
      void this.offer()
        .catch(() => undefined)
        .finally(() => this.#emit({ method, params }));
    } else if (method === 'notifications/resources/updated') this.#emit({ method, params });
    else calls.owner()?.notify(method, params);
  }

  #emit(change: UpstreamChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  async #fetchOffer(): Promise<Offer> {
    try {
      const { connection, calls } = await this.#connections.take(sharedSeat);
      const release = calls.keep();
      this.#known = await fetchOffer(connection, this.#options.entry).finally(release);
      return this.#known;
    } catch (error) {
      this.#offer = undefined;
      // The last good list stays: clients keep their tools, calls say what is wrong.
      if (this.#known) return this.#known;
      throw error;
    }
  }
}
