/** The WebSockets that are open: looked after by pings, closed at the end. */
import type { WebSocket } from 'ws';

/** Whoever has left so many pings without an answer is gone. */
const mostUnanswered = 2;

/** Keeps count of what is open. */
export class OpenSockets {
  /** Pings without an answer. */
  readonly #unanswered = new Map<WebSocket, number>();
  readonly #timer: NodeJS.Timeout;

  /** @param pingMs how often the other side is asked, in milliseconds */
  constructor(pingMs = 30_000) {
    this.#timer = setInterval(() => this.#ping(), pingMs).unref();
  }

  /** Looks after a WebSocket until it is closed. */
  add(socket: WebSocket): void {
    this.#unanswered.set(socket, 0);
    socket.on('pong', () => this.#unanswered.set(socket, 0));
    socket.once('close', () => this.#unanswered.delete(socket));
  }

  /** Tells every client that the gateway goes away. */
  close(): void {
    clearInterval(this.#timer);
    for (const socket of this.#unanswered.keys()) socket.close(1001, 'The gateway stops.');
  }

  #ping(): void {
    for (const [socket, unanswered] of this.#unanswered) {
      this.#unanswered.set(socket, unanswered + 1);
      if (unanswered < mostUnanswered) socket.ping();
      else socket.terminate();
    }
  }
}
