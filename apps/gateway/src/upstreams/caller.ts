/** Who a request comes from, and how its client can be reached while the request runs. */

/** Params or results of JSON-RPC: kept as they came. */
export type Loose = Record<string, unknown>;

/** The client behind one request. */
export interface Caller {
  readonly principal: string;
  /** Whether it may do what a scope stands for. */
  readonly allows: (scope: string) => boolean;
  /** The protocol session, for clients before 2026-07-28 that have one. */
  readonly session?: string;
  readonly era: 'legacy' | 'modern';
  /** Protocol version of a client before 2026-07-28, once it is agreed on. */
  readonly protocolVersion?: string;
  /** The client as a 2026-07-28 `_meta` envelope: version, info, capabilities, log level. */
  readonly envelope: Loose;
  /** Aborts when the client cancels or goes away. */
  readonly signal: AbortSignal;
  /** Answers to what an earlier round asked for (2026-07-28). */
  readonly inputResponses?: Loose;
  /** State that an earlier round gave to the client (2026-07-28). Comes from the client: not to be believed. */
  readonly requestState?: string;
  /** Sends a notification that belongs to this request. */
  notify(method: string, params: Loose): void;
  /** Asks the client something (elicitation, sampling, roots). Only clients before 2026-07-28 with a session can be asked. */
  ask?(method: string, params: Loose): Promise<Loose>;
}

/** Keys of the 2026-07-28 envelope in `_meta`. */
export const envelopeKeys = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
} as const;

/** Reads an object field of loose data; anything else reads as empty. */
export function objectAt(data: Loose | undefined, key: string): Loose {
  const value = data?.[key];
  return isLoose(value) ? value : {};
}

/** True for a JSON object. */
export function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
