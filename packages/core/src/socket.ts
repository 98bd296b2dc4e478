/** A WebSocket of a server, defined once: its route standalone and at the gateway, its scope and its audit record come from it. */
import type { z } from 'zod';
import type { ToolContext } from './context.ts';

/** An open WebSocket, as a server sees it. */
export interface SocketConnection {
  /** Aborts when it is closed, by either side. */
  readonly signal: AbortSignal;
  /** Sends text or bytes as one message; settles when there is room for more, or it is closed. Never rejects. */
  send(message: string | Uint8Array): Promise<void>;
  /** Gets every message, in order: text as a string, bytes as a buffer. */
  onMessage(listener: (message: string | Buffer) => void): void;
  /** Closes it. @param code 1000 (all is done) to 1015, or 4000 to 4999; see RFC 6455, section 7.4 */
  close(code: number, reason?: string): void;
}

/** What a WebSocket that is being opened may use. */
export type SocketContext<Domain = unknown> = Omit<ToolContext<Domain>, 'progress'>;

/** A WebSocket as the rest of Sandlot sees it; {@link socketDefiner} makes one with inferred types. */
export interface SocketDefinition<Domain = unknown> {
  /** Its path, the same standalone and at the gateway: `/terminal`. */
  readonly path: string;
  /** A short name for people. */
  readonly title: string;
  /** What a caller must be allowed. */
  readonly scope: string;
  /** The parameters of its URL. */
  readonly query: z.ZodObject;
  /**
   * Prepares a connection, before anything is answered.
   *
   * @returns serves it; when that settles, the connection is closed
   * @throws ToolError: the connection is refused with its HTTP status
   */
  open(query: Record<string, unknown>, ctx: SocketContext<Domain>): Promise<(connection: SocketConnection) => Promise<void>>;
}

/** What the function of {@link socketDefiner} takes. */
export interface SocketSpec<Domain, Q extends z.ZodObject> extends Omit<SocketDefinition<Domain>, 'query' | 'open'> {
  readonly query: Q;
  /** See {@link SocketDefinition}. The parameters are parsed. */
  open(query: z.output<Q>, ctx: SocketContext<Domain>): Promise<(connection: SocketConnection) => Promise<void>>;
}

/** Makes the function by which one server defines its WebSockets; the type parameter is the server's domain object. */
export function socketDefiner<Domain>() {
  return function defineSocket<Q extends z.ZodObject>(spec: SocketSpec<Domain, Q>): SocketDefinition<Domain> {
    return { ...spec, query: spec.query.strict() };
  };
}
