/** The answer to one JSON-RPC request over HTTP: JSON, or an event stream once something is to be said before the result. */
import type { ServerResponse } from 'node:http';
import { securityHeaderValues } from '../middleware/security-headers.ts';
import type { Loose } from '../upstreams/caller.ts';
import { toProtocolError } from './traced.ts';

const keepAliveMs = 15_000;
/** The code before 2025-06-18 for a resource that is not there. */
const resourceNotFound = -32_002;
const invalidParams = -32_602;
/** The client cannot do what the call needs: the one error of a call that has an HTTP status of its own. */
const missingCapability = -32_021;

/** Writes one JSON answer. @param headers further ones */
export function answerJson(outgoing: ServerResponse, status: number, message: Loose, headers: Readonly<Record<string, string>> = {}): void {
  const text = JSON.stringify(message);
  outgoing.writeHead(status, {
    ...securityHeaderValues,
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  outgoing.end(text);
}

/** One exchange. */
export class Exchange {
  readonly #outgoing: ServerResponse;
  readonly #id: string | number;
  readonly #signal: AbortSignal;
  readonly #headers: Readonly<Record<string, string>>;
  #alive: NodeJS.Timeout | undefined;

  /**
   * @param id of the request
   * @param outgoing takes the answer
   * @param signal aborts when nobody waits for the answer any more: then there is none
   * @param headers further ones
   */
  constructor(id: string | number, outgoing: ServerResponse, signal: AbortSignal, headers: Readonly<Record<string, string>> = {}) {
    this.#outgoing = outgoing;
    this.#id = id;
    this.#signal = signal;
    this.#headers = headers;
  }

  /** Sends a notification, or asks the client. */
  say(message: Loose): void {
    if (this.#outgoing.destroyed || this.#outgoing.writableEnded) return;
    if (!this.#outgoing.headersSent) this.#openStream();
    this.#event({ jsonrpc: '2.0', ...message });
  }

  /** Ends with what the work comes to. */
  async settle(work: Promise<Loose>): Promise<void> {
    let answer: Loose;
    let status = 200;
    try {
      answer = { result: await work };
    } catch (error) {
      const { code, message, data } = toProtocolError(error);
      answer = { error: { code: code === resourceNotFound ? invalidParams : code, message, ...(data !== undefined && { data }) } };
      if (code === missingCapability) status = 400;
    }
    this.#end({ jsonrpc: '2.0', id: this.#id, ...answer }, status);
  }

  #end(message: Loose, status = 200): void {
    const { headersSent, destroyed } = this.#outgoing;
    if (destroyed) return;
    if (!headersSent && !this.#signal.aborted) return answerJson(this.#outgoing, status, message, this.#headers);
    if (!headersSent) this.#outgoing.writeHead(202, { ...securityHeaderValues });
    else if (!this.#signal.aborted) this.#event(message);
    clearInterval(this.#alive);
    this.#outgoing.end();
  }

  #openStream(): void {
    this.#outgoing.writeHead(200, {
      ...securityHeaderValues,
      ...this.#headers,
      'Content-Type': 'text/event-stream',
      'X-Accel-Buffering': 'no',
    });
    this.#alive = setInterval(() => this.#outgoing.write(': keepalive\n\n'), keepAliveMs).unref();
    this.#outgoing.once('close', () => clearInterval(this.#alive));
  }

  #event(message: Loose): void {
    this.#outgoing.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }
}
