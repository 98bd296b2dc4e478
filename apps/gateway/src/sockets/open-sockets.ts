/** The WebSockets that are open: looked after by pings, closed at the end. */
import type { WebSocket } from 'ws';

/** Longer silence than this, pings included, means that the other side is gone. */
const pingMs = 30_000;

/** Keeps count of what is open. */
export class OpenSockets {
  readonly #answered = new Map<WebSocket, boolean>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#ping(), pingMs).unref();
  }

  /** Looks after a WebSocket until it is closed. */
  add(socket: WebSocket): void {
    this.#answered.set(socket, true);
    socket.on('pong', () => this.#answered.set(socket, true));
    socket.once('close', () => this.#answered.delete(socket));
  }

  /** Tells every client that the gateway goes away. */
  close(): void {
    clearInterval(this.#timer);
    for (const socket of this.#answered.keys()) socket.close(1001, 'The gateway stops.');
  }

  #ping(): void {
    for (const [socket, answered] of this.#answered) {
      if (!answered) {
        socket.terminate();
        continue;
      }
      this.#answered.set(socket, false);
      socket.ping();
    }
  }
}
