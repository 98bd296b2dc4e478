/** WebSocket upgrades that go through the same app, and so the same checks, as every other request. */
import type { EventEmitter } from 'node:events';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ToolError } from '../errors.ts';
import { type WebSocket, WebSocketServer } from 'ws';

/** A request for a WebSocket. A route takes it, or answers like any other. */
export interface Upgrade {
  /** The WebSocket or the bare connection, once a route has taken it; it tells `close`. */
  readonly socket: EventEmitter | undefined;
  /**
   * Opens it. Whatever the route answers then is dropped.
   *
   * @throws ToolError INVALID_ARGUMENT for a handshake that is none, or whose client is gone
   */
  accept(): WebSocket;
  /** Takes the connection as it is, with the handshake unanswered, for a tunnel to what is behind. Whatever the route answers then is dropped. */
  tunnel(): { readonly connection: Duplex; readonly head: Buffer };
}

/** What the app gets with a request for a WebSocket. */
export interface UpgradeBindings {
  readonly incoming: IncomingMessage;
  readonly upgrade: Upgrade;
}

/** For `createServer`: any other upgrade, such as the `h2c` of some clients, is an ordinary request (where Node.js can tell them apart). */
export const upgradeOptions = { shouldUpgradeCallback: isWebSocket };

/** Answers a request for a WebSocket. */
export type UpgradeFetch = (request: Request, bindings: UpgradeBindings) => Response | Promise<Response>;

/** Largest message that is taken, in bytes. */
const mostBytes = 1024 * 1024;

/** Lets an app take WebSockets on a server. */
export function serveUpgrades(server: Server, fetch: UpgradeFetch): void {
  const sockets = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: mostBytes });
  server.on('upgrade', (incoming, duplex, head) => {
    duplex.on('error', () => duplex.destroy());
    const upgrade = new PendingUpgrade(sockets, incoming, duplex, head);
    void answer(incoming, upgrade, fetch).then(
      (response) => (upgrade.socket ? undefined : refuse(duplex, response)),
      () => duplex.destroy(),
    );
  });
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

class PendingUpgrade implements Upgrade {
  socket: EventEmitter | undefined;
  readonly #open: (onOpen: (socket: WebSocket) => void) => void;
  readonly #bare: { readonly connection: Duplex; readonly head: Buffer };

  constructor(sockets: WebSocketServer, incoming: IncomingMessage, duplex: Duplex, head: Buffer) {
    this.#open = (onOpen) => sockets.handleUpgrade(incoming, duplex, head, onOpen);
    this.#bare = { connection: duplex, head };
  }

  accept(): WebSocket {
    // Without a check of its own, the library opens at once or not at all.
    const opened: WebSocket[] = [];
    this.#open((socket) => void opened.push(socket));
    const [socket] = opened;
    this.socket = socket;
    if (socket) return socket;
    throw new ToolError('INVALID_ARGUMENT', 'This is no WebSocket handshake, or its client is gone.');
  }

  tunnel(): { readonly connection: Duplex; readonly head: Buffer } {
    this.socket = this.#bare.connection;
    return this.#bare;
  }
}

async function answer(incoming: IncomingMessage, upgrade: Upgrade, fetch: UpgradeFetch): Promise<Response> {
  const request = toRequest(incoming);
  return request && isWebSocket(incoming) ? fetch(request, { incoming, upgrade }) : new Response(null, { status: 400 });
}

function toRequest({ method, url = '/', headers: { host = '' }, rawHeaders }: IncomingMessage): Request | undefined {
  try {
    const headers = new Headers();
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
    return new Request(url.startsWith('/') ? `http://${host}${url}` : url, { method: method ?? 'GET', headers });
  } catch {
    return undefined;
  }
}

async function refuse(duplex: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  if (duplex.writableEnded || duplex.destroyed) return;
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  duplex.write(`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}\r\n${headers}`);
  const rest = Buffer.concat([Buffer.from(`Connection: close\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
  // Whoever was refused and does not leave must not keep the connection.
  duplex.end(rest, () => duplex.destroy());
}
