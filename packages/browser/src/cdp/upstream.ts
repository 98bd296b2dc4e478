/** The connection to the browser: commands with ids of their own, so that answers find who asked. */
import { ToolError } from '@sandlot/core';
import { WebSocket } from 'ws';
import { type Command, type Incoming, incomingSchema } from './messages.ts';

type Answer = Pick<Incoming, 'result' | 'error'>;

/** A message from the browser may be a large picture. */
const mostBytes = 256 * 1024 * 1024;

export class Upstream {
  readonly #socket: WebSocket;
  readonly #asked = new Map<number, (answer: Answer) => void>();
  /** Hears of events. */
  onEvent: (event: Incoming) => void = () => undefined;
  readonly closed: Promise<void>;
  #count = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => this.#receive(Buffer.isBuffer(data) ? data.toString() : ''));
    void this.closed.then(() => {
      for (const answer of this.#asked.values()) answer({ error: { message: 'The browser has ended.' } });
    });
  }

  /** Connects. @throws ToolError UNAVAILABLE */
  static async open(url: string): Promise<Upstream> {
    const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: mostBytes });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', (cause) => reject(new ToolError('UNAVAILABLE', 'The browser cannot be reached.', { cause })));
    });
    return new Upstream(socket);
  }

  /** Sends a command; resolves with its answer, which may be an error. */
  async ask(method: string, params: Record<string, unknown> = {}, sessionId?: string): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#send({ id: 0, method, params, sessionId }, resolve);
    return promise;
  }

  /** Stops reading while the other side is slow. */
  pause(paused: boolean): void {
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  close(): void {
    this.#socket.close();
  }

  #send(command: Command, answer: (answer: Answer) => void): void {
    const id = ++this.#count;
    this.#asked.set(id, answer);
    this.#socket.send(JSON.stringify({ ...command, id }));
  }

  #receive(message: string): void {
    const incoming = incomingSchema.safeParse(JSON.parse(message)).data;
    if (!incoming) return;
    if (incoming.id === undefined) return this.onEvent(incoming);
    const answer = this.#asked.get(incoming.id);
    this.#asked.delete(incoming.id);
    answer?.(incoming);
  }
}
