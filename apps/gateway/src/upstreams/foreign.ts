/** A server that a user added: connected at first use, one connection or one for each session or principal, healed by the next call. */
import { ToolError } from '@sandlot/core';
import { contextToMeta } from '@sandlot/core/telemetry';
import { type Caller, type Loose, objectAt } from './caller.ts';
import { canAnswer, refusal } from './client-capability.ts';
import { type Connection, ownEnvelope } from './connection.ts';
import { InFlightCalls } from './in-flight.ts';
import { requestModern } from './modern.ts';
import { fetchOffer, ownNameOf } from './offer.ts';
import { type ForeignServerOptions, openForeign } from './open-foreign.ts';
import { parkableCall, ParkingLot } from './parked.ts';
import { type PeerHandlers, UpstreamError } from './peer.ts';
import { Reconnect } from './reconnect.ts';
import type { ServerEntry } from './settings.ts';
import { type Link, StderrRing } from './spawned.ts';
import type { Offer, Upstream, UpstreamChange, UpstreamHealth, UpstreamRequest } from './upstream.ts';

/** A connection with what runs on it. */
interface Live {
  readonly connection: Connection;
  readonly link: Link;
  readonly calls: InFlightCalls;
  idle?: NodeJS.Timeout;
}

/** A user's server as an upstream. */
export class ForeignServer implements Upstream {
  readonly name: string;
  readonly title: string;
  readonly prefix: string;
  readonly #options: ForeignServerOptions;
  readonly #live = new Map<string, Promise<Live>>();
  readonly #parking = new ParkingLot();
  readonly #reconnect = new Reconnect();
  readonly #stderr = new StderrRing();
  readonly #listeners = new Set<(change: UpstreamChange) => void>();
  #offer: Promise<Offer> | undefined;
  #known: Offer | undefined;
  #pid: number | undefined;
  #restarts = 0;
  #closed = false;

  constructor(options: ForeignServerOptions) {
    this.#options = options;
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
    const live = await this.#connect(keyOf(entry, request.caller));
    const timeout = AbortSignal.timeout(entry.timeout);
    const signal = AbortSignal.any([request.caller.signal, timeout]);
    clearTimeout(live.idle);
    try {
      return await this.#send(live, { ...request, params, caller: { ...request.caller, signal } });
    } catch (error) {
      if (timeout.aborted && !request.caller.signal.aborted)
        throw new ToolError('DEADLINE_EXCEEDED', `The server "${id}" did not answer within ${entry.timeout} ms.`, { cause: error });
      throw error;
    } finally {
      this.#armIdle(live, keyOf(entry, request.caller));
    }
  }

  async subscribe(uri: string): Promise<() => Promise<void>> {
    const live = await this.#connect('');
    const { peer, era } = live.connection;
    const ending = new AbortController();
    if (era === 'modern') {
      const params = { _meta: ownEnvelope, notifications: { resourceSubscriptions: [uri] } };
      void peer.request('subscriptions/listen', params, { signal: ending.signal }).catch(() => undefined);
      return () => Promise.resolve(ending.abort());
    }
    await peer.request('resources/subscribe', { uri }, { signal: AbortSignal.timeout(this.#options.entry.timeout) });
    return async () =>
      void (await peer.request('resources/unsubscribe', { uri }, { signal: AbortSignal.timeout(5000) }).catch(() => undefined));
  }

  notify(method: string, params: Loose): void {
    for (const live of this.#live.values())
      void live.then(({ connection }) => connection.era === 'legacy' && connection.peer.notify(method, params)).catch(() => undefined);
  }

  onChange(listener: (change: UpstreamChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  health(): UpstreamHealth {
    const { error } = this.#reconnect;
    const running = this.#live.size > 0;
    const stderr = this.#stderr.lines();
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
      restarts: this.#restarts,
      ...(this.#pid !== undefined && { pid: this.#pid }),
      ...(error !== undefined && { error }),
      ...(stderr.length > 0 && { stderr }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#parking.close();
    await Promise.all([...this.#live.values()].map((live) => live.then(({ link }) => link.close()).catch(() => undefined)));
  }

  #ownName(shown: string): string {
    const own = ownNameOf(shown, this.#options.entry);
    if (own === undefined)
      throw new UpstreamError(-32_602, `The server "${this.name}" has no tool "${shown}", or its configuration does not allow it.`);
    return own;
  }

  #send(live: Live, request: UpstreamRequest): Promise<Loose> {
    const { connection, calls } = live;
    if (connection.era === 'modern') return this.#tracked(calls, request, () => requestModern(connection.peer, request));
    if (request.caller.era === 'legacy')
      return this.#tracked(calls, request, () => this.#requestLegacy(connection, request, request.caller.signal));
    return this.#parking.run(request, () => this.#startParkable(live, request));
  }

  /** An old client in front of any server: what the server asks goes to that client's session. */
  async #tracked(calls: InFlightCalls, request: UpstreamRequest, run: () => Promise<Loose>): Promise<Loose> {
    const { ask } = request.caller;
    const remove = calls.add({
      request,
      ask: (method, params) =>
        ask
          ? ask(method, params)
          : Promise.reject(new UpstreamError(-32_603, `The client cannot be asked ("${method}"): it has no session.`)),
    });
    try {
      return await run();
    } finally {
      remove();
    }
  }

  /** A new client in front of an old server: the call goes on while its client is asked by `input_required`. */
  #startParkable({ connection, calls }: Live, request: UpstreamRequest) {
    const ending = new AbortController();
    const result = this.#requestLegacy(connection, request, ending.signal);
    const call = parkableCall(result, () => ending.abort());
    const remove = calls.add({
      request,
      ask: (method, params) => (canAnswer(request.caller, method) ? call.onAsk(method, params) : Promise.reject(refusal(method))),
    });
    result.then(remove, remove);
    return call;
  }

  async #requestLegacy({ peer }: Connection, { method, params, caller }: UpstreamRequest, signal: AbortSignal): Promise<Loose> {
    const own = { ...objectAt(params, '_meta'), ...contextToMeta() };
    const sent = Object.keys(own).length > 0 ? { ...params, _meta: own } : params;
    return peer.request(method, sent, { signal, onProgress: (progress) => caller.notify('notifications/progress', progress) });
  }

  #connect(key: string): Promise<Live> {
    const known = this.#live.get(key);
    if (known) return known;
    const live = this.#open(key);
    this.#live.set(key, live);
    live.catch(() => this.#live.get(key) === live && this.#live.delete(key));
    return live;
  }

  async #open(key: string): Promise<Live> {
    const { id, entry, log } = this.#options;
    if (entry.disabled) throw new ToolError('UNAVAILABLE', `The server "${id}" is disabled in the configuration.`);
    if (this.#closed) throw new ToolError('UNAVAILABLE', 'The gateway is shutting down.');
    this.#reconnect.check(id);
    const calls = new InFlightCalls();
    const handlers: PeerHandlers = {
      onRequest: (method, params) => calls.ask(id, method, params),
      onNotification: (method, params) => this.#notified(calls, method, params),
    };
    try {
      const { connection, link } = await openForeign(this.#options, handlers, this.#stderr);
      this.#reconnect.succeeded();
      this.#pid = link.pid;
      void link.ended.then((how) => this.#onEnd(key, how));
      return { connection, link, calls };
    } catch (error) {
      this.#reconnect.failed(error);
      log.warn('server could not be connected', { server: id, error });
      if (ToolError.is(error)) throw error;
      throw new ToolError(
        'UNAVAILABLE',
        `The server "${id}" could not be connected: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    }
  }

  #onEnd(key: string, how: string): void {
    this.#live.delete(key);
    this.#pid = undefined;
    if (this.#closed) return;
    this.#restarts++;
    this.#options.log.info('server ended', { server: this.name, how });
  }

  #notified(calls: InFlightCalls, method: string, params: Loose): void {
    if (method.endsWith('/list_changed')) {
      this.#offer = undefined;
      void this.offer()
        .catch(() => undefined)
        .finally(() => this.#emit({ method, params }));
    } else if (method === 'notifications/resources/updated') this.#emit({ method, params });
    else calls.owner()?.request.caller.notify(method, params);
  }

  #emit(change: UpstreamChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  async #fetchOffer(): Promise<Offer> {
    try {
      const { connection } = await this.#connect('');
      this.#known = await fetchOffer(connection, this.#options.entry);
      return this.#known;
    } catch (error) {
      this.#offer = undefined;
      // The last good list stays: clients keep their tools, calls say what is wrong.
      if (this.#known) return this.#known;
      throw error;
    }
  }

  #armIdle(live: Live, key: string): void {
    const { idle } = this.#options.entry;
    if (idle === 0 || live.calls.size > 0) return;
    clearTimeout(live.idle);
    live.idle = setTimeout(() => {
      if (live.calls.size > 0) return;
      this.#live.delete(key);
      void live.link.close();
    }, idle);
    live.idle.unref();
  }
}

/** Which connection a caller gets. */
function keyOf({ isolation }: ServerEntry, caller: Caller): string {
  if (isolation === 'principal') return `p:${caller.principal}`;
  if (isolation === 'session') return caller.session === undefined ? `p:${caller.principal}` : `s:${caller.session}`;
  return '';
}
