/** HTTP/1.1 as far as the callers need it, straight on sockets: Node's own client would cost more than what is measured. */
import { connect, type Socket } from 'node:net';

/** An answer. */
export interface Answer {
  readonly status: number;
  /** As it came, without the line of the status. */
  readonly head: string;
  readonly text: string;
}

/** Kept connections to one server; each has one request at a time. */
export class Wire {
  readonly #url: URL;
  readonly #all = new Set<Socket>();
  #free: Socket[] = [];

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /** Sends a POST. @throws when the connection breaks */
  async post(body: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const socket = this.#free.pop() ?? this.#open();
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const { pathname, search, host } = this.#url;
    const length = Buffer.byteLength(body);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    let received = '';
    const take = (chunk: string) => {
      received += chunk;
      const answer = parse(received);
      if (!answer) return;
      socket.off('data', take).off('close', fail);
      this.#free.push(socket);
      resolve(answer);
    };
    const fail = () => reject(new Error('the connection broke'));
    socket.on('data', take).once('close', fail);
    socket.write(`POST ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n${lines.join('')}Content-Length: ${length}\r\n\r\n${body}`);
    return promise;
  }

  close(): void {
    for (const socket of this.#all) socket.destroy();
  }

  #open(): Socket {
    const socket = connect({ host: this.#url.hostname, port: Number(this.#url.port), noDelay: true }).setEncoding('latin1');
    socket.on('error', () => undefined);
    // The server closes what is idle.
    socket.once('close', () => {
      this.#all.delete(socket);
      this.#free = this.#free.filter((one) => one !== socket);
    });
    this.#all.add(socket);
    return socket;
  }
}

/** The answer, once all of it is there. Of chunks only the text matters, so their lengths stay in it. */
function parse(received: string): Answer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.slice(0, end);
  const text = received.slice(end + 4);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const isWhole =
    length === undefined
      ? !/\r\ntransfer-encoding: *chunked/i.test(head) || received.endsWith('\r\n0\r\n\r\n')
      : text.length >= Number(length);
  return isWhole ? { status: Number(head.slice(9, 12)), head, text } : undefined;
}
