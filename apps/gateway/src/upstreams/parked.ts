/**
 * The era bridge for a new client in front of an old server. An old server asks its client in the middle of a call; a new client
 * cannot be asked. So the call to the server is parked, the client gets `input_required` with a sealed handle, and its retry resumes it.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Loose, objectAt } from './caller.ts';
import { hashOf } from './canonical.ts';
import { isAnswer } from './client-capability.ts';
import { UpstreamError } from './peer.ts';
import type { UpstreamRequest } from './upstream.ts';

/** A server that asks several things at once sends them one by one: this long is waited for the next. */
const settleMs = 50;

/** Calls of one principal that may be parked at once. */
const mostOfPrincipal = 100;

/** Asks of one call that may be open at once. */
const mostAsks = 100;

/** Something that an old server asked in the middle of a call. */
interface Ask {
  readonly method: string;
  readonly params: Loose;
  resolve(answer: Loose): void;
  reject(error: Error): void;
}

/** A call to an old server that may ask in between. */
export interface ParkableCall {
  /** The request that waits for it now: the first, then the client's retries. */
  request: UpstreamRequest;
  /** Ends the call in the server. */
  cancel(): void;
  /** Hands an ask of the server to the call. */
  onAsk(method: string, params: Loose): Promise<Loose>;
  /** Answers the asks whose keys are in it; others stay open. */
  answer(responses: Loose): void;
  /** Waits for the result or for asks, whichever comes first. */
  next(signal: AbortSignal): Promise<{ result: Loose } | { asks: ReadonlyMap<string, Ask> }>;
}

/** With this in the `_meta` of an ask an old server says which key of `inputRequests` it wants; others are counted. */
const keyOfAsk = 'sandlot.dev/inputKey';

/** Wraps a call. Answers may have come with the request itself: a client that knows the keys need not be asked. */
export function parkableCall(request: UpstreamRequest, result: Promise<Loose>, cancel: () => void): ParkableCall {
  const asks = new Map<string, Ask>();
  const unused = new Map(Object.entries(request.caller.inputResponses ?? {}));
  let wake: (() => void) | undefined;
  let count = 0;
  const keyFor = (params: Loose) => {
    const counted = `ask_${++count}`;
    const wanted = objectAt(params, '_meta')[keyOfAsk];
    return typeof wanted === 'string' && !asks.has(wanted) ? wanted : counted;
  };
  return {
    request,
    cancel,
    onAsk(method, params) {
      if (asks.size >= mostAsks)
        return Promise.reject(new UpstreamError(-32_603, `Already ${mostAsks} asks of this call wait for the client.`));
      const key = keyFor(params);
      const known = unused.get(key);
      unused.delete(key);
      if (isAnswer(method, known)) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        const settle =
          <T>(done: (value: T) => void) =>
          (value: T) => (asks.delete(key), done(value));
        asks.set(key, { method, params: withoutOwnMeta(params), resolve: settle(resolve), reject: settle(reject) });
        wake?.();
      });
    },
    answer(responses) {
      for (const [key, ask] of asks) {
        const response = responses[key];
        if (isAnswer(ask.method, response)) ask.resolve(response);
      }
    },
    async next(signal) {
      const asked = new Promise<void>((resolve) => {
        wake = resolve;
        if (asks.size > 0) resolve();
      });
      const gone = Promise.withResolvers<never>();
      const leave = () => gone.reject(new UpstreamError(-32_603, 'The caller went away.'));
      signal.addEventListener('abort', leave, { once: true });
      try {
        const first = await Promise.race([result.then((value) => ({ result: value })), asked.then(() => delay(settleMs)), gone.promise]);
        return first ?? { asks: new Map(asks) };
      } finally {
        signal.removeEventListener('abort', leave);
        wake = undefined;
      }
    },
  };
}

/** A new client has no use for the server's progress token, nor for what was meant for the gateway. */
function withoutOwnMeta(params: Loose): Loose {
  const { progressToken: _, [keyOfAsk]: __, ...meta } = objectAt(params, '_meta');
  const { _meta: ___, ...rest } = params;
  return Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest;
}

interface Entry {
  readonly call: ParkableCall;
  readonly principal: string;
  readonly digest: string;
  readonly timer: NodeJS.Timeout;
}

/** Options of {@link ParkingLot}. */
export interface ParkingOptions {
  /** How long a client may take to answer, in milliseconds. Default 5 min. */
  readonly ttlMs?: number;
  /** How many calls may be parked at once. Default 1,000. */
  readonly max?: number;
}

/** The parked calls of one upstream. */
export class ParkingLot {
  readonly #entries = new Map<string, Entry>();
  readonly #secret = randomBytes(32);
  readonly #ttlMs: number;
  readonly #max: number;

  constructor({ ttlMs = 5 * 60_000, max = 1000 }: ParkingOptions = {}) {
    this.#ttlMs = ttlMs;
    this.#max = max;
  }

  /** Resumes the call that the request's state names, until it has a result or asks again. */
  resume(request: UpstreamRequest, state: string): Promise<Loose> {
    return this.run(request, this.#take(request, state));
  }

  /** Runs a call until it has a result or asks. */
  async run(request: UpstreamRequest, call: ParkableCall): Promise<Loose> {
    const { caller } = request;
    call.request = request;
    const next = await call.next(caller.signal).catch((error: unknown) => {
      if (caller.signal.aborted) call.cancel();
      throw error;
    });
    if ('result' in next) return next.result;
    return {
      resultType: 'input_required',
      inputRequests: Object.fromEntries([...next.asks].map(([key, { method, params }]) => [key, { method, params }])),
      requestState: this.#park(request, call),
    };
  }

  /** Ends everything that is parked. */
  close(): void {
    for (const [id, { call }] of this.#entries) {
      this.#drop(id);
      call.cancel();
    }
  }

  #park(request: UpstreamRequest, call: ParkableCall): string {
    const { principal } = request.caller;
    const own = [...this.#entries.values()].filter((entry) => entry.principal === principal).length;
    const isFull = this.#entries.size >= this.#max;
    if (isFull || own >= mostOfPrincipal) {
      call.cancel();
      throw new UpstreamError(-32_603, `Already ${isFull ? this.#max : own} calls wait for their clients' input.`);
    }
    const id = randomBytes(16).toString('base64url');
    const timer = setTimeout(() => {
      this.#drop(id);
      call.cancel();
    }, this.#ttlMs);
    timer.unref();
    this.#entries.set(id, { call, principal, digest: digestOf(request), timer });
    return `${id}.${this.#seal(id)}`;
  }

  #take(request: UpstreamRequest, state: string): ParkableCall {
    const [id = '', seal = ''] = state.split('.');
    const expected = this.#seal(id);
    const entry = this.#entries.get(id);
    const genuine = seal.length === expected.length && timingSafeEqual(Buffer.from(seal), Buffer.from(expected));
    if (!entry || !genuine || entry.principal !== request.caller.principal || entry.digest !== digestOf(request)) {
      throw new UpstreamError(-32_602, 'Invalid or expired requestState.', { reason: 'invalid_request_state' });
    }
    this.#drop(id);
    entry.call.answer(request.caller.inputResponses ?? {});
    return entry.call;
  }

  #drop(id: string): void {
    clearTimeout(this.#entries.get(id)?.timer);
    this.#entries.delete(id);
  }

  #seal(id: string): string {
    return createHmac('sha256', this.#secret).update(id).digest('base64url');
  }
}

/** A retry must be of the same call: the same method, name and arguments. */
function digestOf({ method, params }: UpstreamRequest): string {
  const { _meta: _, ...rest } = params;
  return hashOf([method, rest]);
}
