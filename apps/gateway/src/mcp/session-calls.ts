/** The short way for `tools/call` in a session of a client before 2026-07-28, who can be asked in between; see `direct-call.ts`. */
import type { ServerResponse } from 'node:http';
import type { Principal } from '../auth/principal.ts';
import { type Caller, isLoose, type Loose, objectAt } from '../upstreams/caller.ts';
import { UpstreamError } from '../upstreams/peer.ts';
import { type Answer, type PlainCall, plainCall, wireKeys } from './direct-call.ts';
import { Exchange } from './exchange.ts';
import { levelPasses } from './log-level.ts';
import { askTimeoutMs, type RelayOptions } from './relay-server.ts';
import { traced } from './traced.ts';
import type { View } from './view.ts';

/** The session that the calls belong to. */
export interface CallingSession {
  readonly id: string;
  readonly view: View;
  readonly principal: Principal;
  /** The negotiated version; undefined before it is known. */
  version(): string | undefined;
  /** The client as a 2026-07-28 envelope. */
  envelope(): Loose;
  /** Least severity of the log messages that the client wants. */
  level(): string;
}

interface Question {
  answer(result: Loose): void;
  fail(error: Error): void;
}

/** Ids of questions: text of our own, so that they never meet the SDK's numbers. */
const questionPrefix = 'sandlot-';

/** The calls of one session that took the short way. */
export class SessionCalls {
  readonly #session: CallingSession;
  readonly #options: RelayOptions;
  readonly #running = new Map<string | number, AbortController>();
  readonly #questions = new Map<string, Question>();
  #asked = 0;

  constructor(session: CallingSession, options: RelayOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** Takes what belongs to a call that runs here, an answer or its cancellation; false leaves it to the SDK. */
  take(headers: Pick<Headers, 'get'>, body: unknown): boolean {
    return isLoose(body) && this.#speaks(headers) && (this.#isAnswer(body) || this.#isCancelling(body));
  }

  /** Takes a plain call; undefined leaves it to the SDK. */
  call(headers: Pick<Headers, 'get'>, body: unknown): Answer | undefined {
    const call = this.#speaks(headers) ? plainCall(body) : undefined;
    if (!call || this.#running.has(call.id) || Object.keys(call.meta ?? {}).some((key) => wireKeys.has(key))) return undefined;
    return (outgoing) => this.#run(call, outgoing);
  }

  /** Ends all of them. */
  close(): void {
    for (const running of this.#running.values()) running.abort();
  }

  #speaks(headers: Pick<Headers, 'get'>): boolean {
    const [version, accept] = [headers.get('mcp-protocol-version'), headers.get('accept')];
    const accepts = accept !== null && accept.includes('application/json') && accept.includes('text/event-stream');
    return accepts && this.#session.version() !== undefined && (version === null || version === this.#session.version());
  }

  #isAnswer({ id, result, error }: Loose): boolean {
    const question = typeof id === 'string' ? this.#questions.get(id) : undefined;
    if (!question) return false;
    if (isLoose(result)) question.answer(result);
    else if (isLoose(error)) question.fail(new UpstreamError(Number(error['code']), String(error['message']), error['data']));
    else return false;
    return true;
  }

  #isCancelling(body: Loose): boolean {
    if (body['method'] !== 'notifications/cancelled' || 'id' in body) return false;
    const id = objectAt(body, 'params')['requestId'];
    const running = typeof id === 'string' || typeof id === 'number' ? this.#running.get(id) : undefined;
    running?.abort();
    return running !== undefined;
  }

  #run({ id, params }: PlainCall, outgoing: ServerResponse): Promise<void> {
    const { view, principal, version, level, envelope, id: session } = this.#session;
    const ending = new AbortController();
    const { signal } = ending;
    this.#running.set(id, ending);
    const exchange = new Exchange(id, outgoing, signal, { 'Mcp-Session-Id': session });
    const protocolVersion = version();
    const caller: Caller = {
      principal: principal.id,
      allows: (scope) => principal.allows(scope),
      era: 'legacy',
      ...(protocolVersion !== undefined && { protocolVersion }),
      envelope: envelope(),
      signal,
      session,
      notify(method, sent) {
        if (method !== 'notifications/message' || levelPasses(sent['level'], level())) exchange.say({ method, params: sent });
      },
      ask: (method, asked) => this.#ask(exchange, signal, method, asked),
    };
    const work = traced(view, { id, method: 'tools/call', params }, caller, this.#options);
    return exchange.settle(work.finally(() => this.#running.delete(id)));
  }

  async #ask(exchange: Exchange, signal: AbortSignal, method: string, params: Loose): Promise<Loose> {
    signal.throwIfAborted();
    const id = `${questionPrefix}${++this.#asked}`;
    const { promise, resolve, reject } = Promise.withResolvers<Loose>();
    this.#questions.set(id, { answer: resolve, fail: reject });
    const leave = () => reject(new UpstreamError(-32_603, 'The call was cancelled.'));
    signal.addEventListener('abort', leave, { once: true });
    const timer = setTimeout(() => {
      exchange.say({ method: 'notifications/cancelled', params: { requestId: id, reason: 'no answer in time' } });
      reject(new UpstreamError(-32_001, `The client did not answer "${method}" within ${askTimeoutMs / 60_000} minutes.`));
    }, askTimeoutMs).unref();
    exchange.say({ id, method, params });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
      this.#questions.delete(id);
    }
  }
}
