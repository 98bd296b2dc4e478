/** A JSON-RPC 2.0 peer over anything that carries messages. Ids and progress tokens are its own: callers with equal ids never meet. */
import { ToolError } from '@sandlot/core';
import { isLoose, type Loose, objectAt } from './caller.ts';

/** A JSON-RPC error, with code and data as they came. */
export class UpstreamError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** Carries messages. */
export interface MessageTransport {
  /** Sends a message; a request comes with the signal that ends it. */
  send(message: Loose, signal?: AbortSignal): void;
  close(): void;
}

/** Options of one request. */
export interface PeerRequestOptions {
  signal: AbortSignal;
  /** Receives the progress of this request, under the caller's own token. */
  onProgress?: (params: Loose) => void;
}

/** What the other side may send on its own. */
export interface PeerHandlers {
  /** A request of the peer. Throw {@link UpstreamError} to answer with an error. */
  onRequest?: (method: string, params: Loose) => Promise<Loose>;
  onNotification?: (method: string, params: Loose) => void;
}

interface Message {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: Loose;
  readonly result?: Loose;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Every message of every server comes through here: a schema would cost ten times as much. */
function isMessage(data: unknown): data is Message {
  if (!isLoose(data)) return false;
  const { id, method, params, result, error } = data;
  return (
    (id === undefined || id === null || typeof id === 'number' || typeof id === 'string') &&
    (method === undefined || typeof method === 'string') &&
    (params === undefined || isLoose(params)) &&
    (result === undefined || isLoose(result)) &&
    (error === undefined || (isLoose(error) && typeof error['code'] === 'number' && typeof error['message'] === 'string'))
  );
}

interface Pending {
  resolve(result: Loose): void;
  reject(error: Error): void;
  readonly token: unknown;
  readonly onProgress: PeerRequestOptions['onProgress'];
}

const cancelled = () => new ToolError('CANCELLED', 'The call was cancelled.');

/** One connection. */
export class JsonRpcPeer {
  readonly #transport: MessageTransport;
  readonly #handlers: PeerHandlers;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #failed: Error | undefined;

  constructor(transport: MessageTransport, handlers: PeerHandlers = {}) {
    this.#transport = transport;
    this.#handlers = handlers;
  }

  /** Why the connection ended, once it has. */
  get failed(): Error | undefined {
    return this.#failed;
  }

  /** Sends a request and waits for its result. */
  request(method: string, params: Loose, { signal, onProgress }: PeerRequestOptions): Promise<Loose> {
    if (this.#failed) return Promise.reject(this.#failed);
    if (signal.aborted) return Promise.reject(cancelled());
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<Loose>();
    const cancel = () => {
      this.#take(id)?.reject(cancelled());
      this.notify('notifications/cancelled', { requestId: id, reason: 'the caller cancelled' });
    };
    signal.addEventListener('abort', cancel, { once: true });
    const done = () => signal.removeEventListener('abort', cancel);
    const meta = objectAt(params, '_meta');
    const token = meta['progressToken'];
    this.#pending.set(id, {
      token,
      onProgress,
      resolve: (result) => (done(), resolve(result)),
      reject: (error) => (done(), reject(error)),
    });
    const own = { ...meta, ...(token !== undefined && { progressToken: id }) };
    this.#transport.send({ jsonrpc: '2.0', id, method, params: Object.keys(own).length > 0 ? { ...params, _meta: own } : params }, signal);
    return promise;
  }

  /** Sends a notification. */
  notify(method: string, params: Loose): void {
    if (!this.#failed) this.#transport.send({ jsonrpc: '2.0', method, params });
  }

  /** Fails one request that waits. */
  reject(id: unknown, error: Error): void {
    if (typeof id === 'number') this.#take(id)?.reject(error);
  }

  /** Fails everything that waits, and closes. */
  fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = error;
    for (const id of this.#pending.keys()) this.#take(id)?.reject(error);
    this.#transport.close();
  }

  /**
   * Takes a message that arrived.
   *
   * @returns false when it is not JSON-RPC
   */
  receive(message: unknown): boolean {
    if (!isMessage(message)) return false;
    if (message.method === undefined) this.#answer(message);
    else if (message.id === undefined || message.id === null) this.#notified(message.method, message.params ?? {});
    else void this.#asked(message.id, message.method, message.params ?? {});
    return true;
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #answer(message: Message): void {
    const pending = this.#take(Number(message.id));
    if (message.error) pending?.reject(new UpstreamError(message.error.code, message.error.message, message.error.data));
    else pending?.resolve(message.result ?? {});
  }

  #notified(method: string, params: Loose): void {
    if (method !== 'notifications/progress') return this.#handlers.onNotification?.(method, params);
    const pending = this.#pending.get(Number(params['progressToken']));
    pending?.onProgress?.({ ...params, progressToken: pending.token });
  }

  async #asked(id: number | string, method: string, params: Loose): Promise<void> {
    const answer = { jsonrpc: '2.0', id };
    try {
      if (method === 'ping') return this.#transport.send({ ...answer, result: {} });
      if (!this.#handlers.onRequest) throw new UpstreamError(-32_601, `Method not found: ${method}`);
      this.#transport.send({ ...answer, result: await this.#handlers.onRequest(method, params) });
    } catch (error) {
      const known =
        error instanceof UpstreamError ? error : new UpstreamError(-32_603, error instanceof Error ? error.message : String(error));
      this.#transport.send({
        ...answer,
        error: { code: known.code, message: known.message, ...(isLoose(known.data) && { data: known.data }) },
      });
    }
  }
}
