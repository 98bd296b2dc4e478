/** The answer to one JSON-RPC request over HTTP: JSON, or an event stream once something is to be said before the result. */
import type { Loose } from '../upstreams/caller.ts';
import { toProtocolError } from './traced.ts';

const keepAliveMs = 15_000;
/** The code before 2025-06-18 for a resource that is not there. */
const resourceNotFound = -32_002;
const invalidParams = -32_602;
/** The client cannot do what the call needs: the one error of a call that has an HTTP status of its own. */
const missingCapability = -32_021;

/** One exchange. */
export class Exchange {
  readonly response: Promise<Response>;
  readonly #answer: (response: Response) => void;
  readonly #id: string | number;
  readonly #signal: AbortSignal;
  readonly #goneStatus: number;
  readonly #headers: Readonly<Record<string, string>>;
  #stream: EventStream | undefined;

  /**
   * @param id of the request
   * @param signal aborts when nobody waits for the answer any more
   * @param goneStatus what is answered then
   * @param headers further ones
   */
  constructor(id: string | number, signal: AbortSignal, goneStatus: number, headers: Readonly<Record<string, string>> = {}) {
    const { promise, resolve } = Promise.withResolvers<Response>();
    this.response = promise;
    this.#answer = resolve;
    this.#id = id;
    this.#signal = signal;
    this.#goneStatus = goneStatus;
    this.#headers = headers;
  }

  /** Sends a notification, or asks the client. */
  say(message: Loose): void {
    if (this.#stream === undefined) this.#answer((this.#stream = new EventStream(this.#headers)).response);
    this.#stream.write({ jsonrpc: '2.0', ...message });
  }

  /** Ends with what the work comes to. */
  settle(work: Promise<Loose>): void {
    work.then(
      (result) => this.#end({ jsonrpc: '2.0', id: this.#id, result }),
      (error: unknown) => {
        const { code, message, data } = toProtocolError(error);
        const shown = { code: code === resourceNotFound ? invalidParams : code, message, ...(data !== undefined && { data }) };
        this.#end({ jsonrpc: '2.0', id: this.#id, error: shown }, code === missingCapability ? 400 : 200);
      },
    );
  }

  #end(message: Loose, status = 200): void {
    if (this.#signal.aborted) {
      this.#stream?.close();
      return this.#answer(new Response(null, { status: this.#goneStatus }));
    }
    if (this.#stream) return (this.#stream.write(message), this.#stream.close());
    this.#answer(new Response(JSON.stringify(message), { status, headers: { 'Content-Type': 'application/json', ...this.#headers } }));
  }
}

/** Server-sent events, one for each message. */
class EventStream {
  readonly response: Response;
  readonly #encoder = new TextEncoder();
  readonly #alive: NodeJS.Timeout;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(headers: Readonly<Record<string, string>>) {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      cancel: () => this.#forget(),
    });
    this.response = new Response(stream, { headers: { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no', ...headers } });
    this.#alive = setInterval(() => this.#send(': keepalive\n\n'), keepAliveMs).unref();
  }

  write(message: Loose): void {
    this.#send(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  close(): void {
    const controller = this.#controller;
    this.#forget();
    controller?.close();
  }

  #send(text: string): void {
    this.#controller?.enqueue(this.#encoder.encode(text));
  }

  #forget(): void {
    clearInterval(this.#alive);
    this.#controller = undefined;
  }
}
