/** A JSON-RPC 2.0 peer over a stream with one message a line: the framing of MCP's stdio transport. */
import type { Duplex } from 'node:stream';
import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import type { UpstreamRequest } from './upstream.ts';

/** A JSON-RPC error, with code and data as they came. */
export class UpstreamError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

const messageSchema = z.looseObject({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.looseObject({ code: z.number(), message: z.string(), data: z.unknown().optional() }).optional(),
});

interface Pending {
  resolve(result: Record<string, unknown>): void;
  reject(error: Error): void;
  readonly request: UpstreamRequest;
  readonly token: unknown;
}

/** Options of {@link JsonRpcPeer}. */
export interface JsonRpcPeerOptions {
  /** Largest message that is taken, in bytes. A longer one ends the connection. */
  maxMessageBytes: number;
  /** Name of the peer, for messages. */
  name: string;
}

/** One connection. Ids and progress tokens are this side's own, so that callers with equal ids never meet. */
export class JsonRpcPeer {
  readonly #stream: Duplex;
  readonly #options: JsonRpcPeerOptions;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(stream: Duplex, options: JsonRpcPeerOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('error', (error) => stream.destroy(error));
  }

  /** Requests that wait for their answer. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Sends a request. */
  request(request: UpstreamRequest): Promise<Record<string, unknown>> {
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
    if (request.signal.aborted) return Promise.reject(new ToolError('CANCELLED', 'The call was cancelled.'));
    const cancel = () => {
      this.#settle(id)?.reject(new ToolError('CANCELLED', 'The call was cancelled.'));
      this.#send({ method: 'notifications/cancelled', params: { requestId: id, reason: 'the caller cancelled' } });
    };
    request.signal.addEventListener('abort', cancel, { once: true });
    const done = () => request.signal.removeEventListener('abort', cancel);
    const meta = metaOf(request.params);
    const token = meta['progressToken'];
    this.#pending.set(id, {
      request,
      token,
      resolve: (result) => (done(), resolve(result)),
      reject: (error) => (done(), reject(error)),
    });
    this.#send({
      id,
      method: request.method,
      params: { ...request.params, _meta: { ...meta, ...(token !== undefined && { progressToken: id }) } },
    });
    return promise;
  }

  /** Fails everything that waits. */
  fail(error: Error): void {
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(error);
    this.#stream.destroy();
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #send(message: Record<string, unknown>): void {
    if (this.#stream.writable) this.#stream.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #receive(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = Buffer.concat([...this.#chunks, rest.subarray(0, end)]).toString('utf8');
      this.#chunks = [];
      this.#bytes = 0;
      rest = rest.subarray(end + 1);
      if (line.trim() !== '') this.#dispatch(line);
    }
    if (rest.length === 0) return;
    this.#chunks.push(rest);
    this.#bytes += rest.length;
    if (this.#bytes > this.#options.maxMessageBytes) {
      this.fail(new ToolError('PAYLOAD_TOO_LARGE', `${this.#options.name} sent a message of over ${this.#options.maxMessageBytes} bytes.`));
    }
  }

  #dispatch(line: string): void {
    const message = parseMessage(line);
    if (!message)
      return this.fail(new ToolError('UNAVAILABLE', `${this.#options.name} sent a line that is not JSON-RPC: ${line.slice(0, 80)}`));
    if (message.method === undefined) return this.#answer(message);
    if (message.id === undefined) return this.#notify(message.method, message.params ?? {});
    this.#send({ id: message.id, error: { code: -32_601, message: `Method not found: ${message.method}` } });
  }

  #answer(message: z.output<typeof messageSchema>): void {
    const pending = this.#settle(Number(message.id));
    if (message.error) pending?.reject(new UpstreamError(message.error.code, message.error.message, message.error.data));
    else pending?.resolve(message.result ?? {});
  }

  #notify(method: string, params: Record<string, unknown>): void {
    if (method !== 'notifications/progress') return;
    const pending = this.#pending.get(Number(params['progressToken']));
    pending?.request.onNotification?.({ method, params: { ...params, progressToken: pending.token } });
  }
}

function parseMessage(line: string): z.output<typeof messageSchema> | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** `_meta` of a request's params. */
export function metaOf(params: Record<string, unknown>): Record<string, unknown> {
  const meta = params['_meta'];
  return typeof meta === 'object' && meta !== null ? { ...meta } : {};
}
