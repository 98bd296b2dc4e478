/** A WebSocket of the gateway. One object says where it is, what it needs and what is behind it; the policy is the same for all. */
import type { WebSocket } from 'ws';

/** Who asks for what. */
export interface SocketRequest {
  readonly principal: string;
  /** Path with the query, without the ticket. */
  readonly path: string;
  /** The subprotocols that the client offers. */
  readonly protocols: readonly string[];
  /** Aborts when the request has come to nothing. */
  readonly signal: AbortSignal;
}

/** Serves a client's WebSocket. It must listen to it at once; both ends are closed together. */
export type ServeSocket = (client: WebSocket) => void;

/** A WebSocket route. */
export interface SocketRoute {
  /** Path as Hono takes it. One-time tickets are accepted on it. */
  readonly path: string;
  /** What a caller must be allowed. */
  readonly scope: string;
  /** Server and name under which the audit trail records it. */
  readonly server: string;
  readonly name: string;
  /**
   * Reaches what is behind it. Nothing has been answered yet.
   *
   * @throws ToolError: the request is refused with its HTTP status
   */
  connect(request: SocketRequest): Promise<ServeSocket>;
}

/** The part of a route's path that is the same for every request: there, tickets are accepted. */
export function ticketPath({ path }: Pick<SocketRoute, 'path'>): string {
  return path.replace(/[:*].*$/, '');
}
