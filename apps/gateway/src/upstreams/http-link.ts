/** A link to a user's server over Streamable HTTP, or HTTP+SSE of 2024-11-05. */
import { SdkHttpError, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { ToolError } from '@sandlot/core';
import type { AnswerRoom } from './answer-room.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { isLoose, type Loose } from './caller.ts';
import { JsonRpcPeer, type PeerHandlers } from './peer.ts';
import { isSessionLost, sessionLost } from './session-lost.ts';
import type { Link } from './spawned.ts';

/** How it is reached. */
export interface HttpSpec {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly type: 'http' | 'sse';
  /** Longest time to open the stream of HTTP+SSE, in milliseconds. */
  readonly timeoutMs: number;
  readonly maxMessageBytes: number;
  /** Only public addresses may be connected to. */
  readonly publicOnly: boolean;
  /** Where long answers of the server take turns. */
  readonly room: AnswerRoom;
}

/** Opens a link. The headers are the configuration's: a caller's token is never passed on. */
export async function httpLink(spec: HttpSpec, handlers: PeerHandlers): Promise<Link> {
  const options = {
    requestInit: { headers: { ...spec.headers } },
    fetch: await boundedFetch({ maxBytes: spec.maxMessageBytes, publicOnly: spec.publicOnly, room: spec.room }),
  };
  const url = new URL(spec.url);
  const transport = spec.type === 'sse' ? new SSEClientTransport(url, options) : new StreamableHTTPClientTransport(url, options);
  const ended = Promise.withResolvers<string>();
  /** What the transport complained of last: it says so right before it tells that the stream of a request has ended. */
  let complaint: Error | undefined;
  const peer: JsonRpcPeer = new JsonRpcPeer(
    {
      send: (message, signal) => {
        sent(message, signal).catch((error: unknown) => {
          if (signal?.aborted) return;
          const known = failure(spec.name, error, transport);
          const reply = isSessionLost(known) ? undefined : replyIn(error, message['id']);
          if (reply) return void peer.receive(reply);
          peer.reject(message['id'], known);
          if (isFatal(known, error)) peer.fail(known);
        });
      },
      close: () => void transport.close().catch(() => undefined),
    },
    handlers,
  );
  function sent(message: Loose, signal: AbortSignal | undefined): Promise<void> {
    // The transport wants its own message type; what it gets is what a peer made or relays.
    if (transport instanceof SSEClientTransport) return transport.send(message as never);
    const onRequestStreamEnd = () => {
      peer.reject(message['id'], broken(spec.name, complaint));
      complaint = undefined;
    };
    return transport.send(message as never, { onRequestStreamEnd, ...(signal && { requestSignal: signal }) });
  }
  transport.onmessage = (message) => void (isLoose(message) && peer.receive(message));
  transport.onerror = (error) => {
    complaint = error;
    // A stream of HTTP+SSE is the session itself.
    if (transport instanceof SSEClientTransport && isStarted) peer.fail(broken(spec.name, error));
    queueMicrotask(() => {
      // The stream of no request: the one for what the server says by itself, which is gone for good when the server was started again.
      if (complaint === error && error.message.startsWith('Maximum reconnection attempts')) peer.fail(broken(spec.name, error));
      if (complaint === error) complaint = undefined;
    });
  };
  transport.onclose = () => {
    ended.resolve(peer.failed?.message ?? 'the connection closed');
    peer.fail(new ToolError('UNAVAILABLE', `The connection to "${spec.name}" closed.`));
  };
  let isStarted = false;
  try {
    await within(transport.start(), spec.timeoutMs);
    isStarted = true;
  } catch (error) {
    await transport.close();
    throw failure(spec.name, error, transport);
  }
  return {
    peer,
    ended: ended.promise,
    onVersion: (version) => transport.setProtocolVersion(version),
    async close() {
      if (transport instanceof StreamableHTTPClientTransport && !peer.failed)
        await within(transport.terminateSession(), 2000).catch(() => undefined);
      await transport.close();
    },
  };
}

type Transport = SSEClientTransport | StreamableHTTPClientTransport;

/** Why a message could not be delivered, or not be answered. */
function failure(name: string, error: unknown, transport: Transport): ToolError {
  const known = rootOf(error);
  if (ToolError.is(known)) {
    if (known.code !== 'PAYLOAD_TOO_LARGE') return known;
    return new ToolError(known.code, `The server "${name}" sent too much: ${known.message}`, { cause: error });
  }
  const status = error instanceof SdkHttpError ? error.status : undefined;
  if (transport instanceof StreamableHTTPClientTransport && transport.sessionId !== undefined) {
    if (status === 404 || (status === 400 && /session/i.test(messageOf(error)))) return sessionLost(name, error);
  }
  if (status !== undefined)
    return new ToolError('UNAVAILABLE', `The server "${name}" answered ${status}: ${messageOf(error).slice(0, 300)}`, { cause: error });
  if (error instanceof SyntaxError || (error instanceof Error && error.name === 'ZodError'))
    return new ToolError('UNAVAILABLE', `The server "${name}" answered with what is not MCP: ${messageOf(error).slice(0, 200)}`, {
      cause: error,
    });
  return new ToolError('UNAVAILABLE', `The server "${name}" could not be reached: ${messageOf(known)}`, { cause: error });
}

/** An error of the protocol that came with an HTTP status, such as 404 for an unknown method. */
function replyIn(error: unknown, id: unknown): Loose | undefined {
  if (!(error instanceof SdkHttpError) || typeof error.data.text !== 'string') return undefined;
  const reply = parsed(error.data.text);
  return isLoose(reply) && isLoose(reply['error']) && reply['id'] === id ? reply : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The stream of an answer ended before the answer came. */
function broken(name: string, complaint: Error | undefined): ToolError {
  const text = complaint?.message ?? '';
  const limit = /A message has over \d+ bytes\./.exec(text)?.[0];
  if (limit !== undefined) return new ToolError('PAYLOAD_TOO_LARGE', `The server "${name}" sent too much: ${limit}`);
  return new ToolError('UNAVAILABLE', `The server "${name}" ended its answer before it was complete${text && `: ${text}`}.`, {
    advice: 'Call again. Whether the call took effect is not known.',
  });
}

/** True when nothing on this connection has a future: the session is unknown, or nobody listens there. */
function isFatal(known: ToolError, error: unknown): boolean {
  const root = rootOf(error);
  const code = root instanceof Error && 'code' in root ? root.code : undefined;
  return isSessionLost(known) || code === 'ECONNREFUSED' || code === 'ENOTFOUND';
}

function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // When a name has several addresses, the error of all of them has a code only.
  return error.message || ('code' in error ? String(error.code) : error.name);
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`nothing within ${ms} ms`)), ms);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
