/** A viewer of a terminal, as xterm.js is one: a real WebSocket that keeps what it got. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { until } from './kit.ts';

/** A connected viewer. */
export interface Viewer extends AsyncDisposable {
  readonly socket: WebSocket;
  /** Control messages, in order. */
  readonly told: Record<string, unknown>[];
  /** Position after the last byte that came. */
  readonly end: () => number;
  /** Everything that came as bytes. */
  readonly text: () => string;
  /** Id of the terminal. */
  readonly id: () => string;
  type(text: string): void;
  control(message: object): void;
  /** Waits until a text came. */
  sees(text: string): Promise<void>;
  /** Waits for a control message of a type. */
  hears(type: string): Promise<Record<string, unknown>>;
  /** Waits until the socket is closed, and gives its code. */
  closed(): Promise<number>;
}

/** Opens a terminal. `url` is without the query. @throws when it is refused */
export async function view(
  url: string,
  query: Record<string, string | number> = {},
  headers: Record<string, string> = {},
): Promise<Viewer> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/terminal?${parameters.toString()}`, { headers });
  const told: Record<string, unknown>[] = [];
  const chunks: Buffer[] = [];
  let end = 0;
  let code: number | undefined;
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) {
      chunks.push(data);
      end += data.length;
      return;
    }
    const message = JSON.parse(data.toString()) as Record<string, unknown>;
    told.push(message);
    if (message['type'] === 'ready' || message['type'] === 'gap') end = Number(message['offset']);
  });
  socket.on('close', (closeCode) => {
    code = closeCode;
  });
  await once(socket, 'open');
  const text = () => Buffer.concat(chunks).toString();
  const viewer: Viewer = {
    socket,
    told,
    end: () => end,
    text,
    id: () => String(told[0]?.['id']),
    type: (typed) => socket.send(Buffer.from(typed)),
    control: (message) => socket.send(JSON.stringify(message)),
    sees: async (wanted) => void (await until(() => text().includes(wanted) || undefined)),
    hears: (type) => until(() => told.find((message) => message['type'] === type)),
    closed: () => until(() => code),
    async [Symbol.asyncDispose]() {
      socket.close();
      await until(() => code);
    },
  };
  await viewer.hears('ready');
  return viewer;
}

/** The status and body with which a WebSocket is refused. */
export async function refusalOf(url: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers });
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  socket.on('error', () => undefined);
  socket.once('open', () => {
    socket.close();
    reject(new Error(`${url} was opened.`));
  });
  socket.once('unexpected-response', (_request, response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (part: string) => (body += part));
    response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
  });
  return promise;
}
