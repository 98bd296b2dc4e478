/** A link to a user's server over Streamable HTTP, or HTTP+SSE of 2024-11-05. */
import { SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { ToolError } from '@sandlot/core';
import { isLoose } from './caller.ts';
import { JsonRpcPeer, type PeerHandlers } from './peer.ts';
import type { Link } from './spawned.ts';

/** How it is reached. */
export interface HttpSpec {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly type: 'http' | 'sse';
}

/** Opens a link. The headers are the configuration's: a caller's token is never passed on. */
export async function httpLink(spec: HttpSpec, handlers: PeerHandlers): Promise<Link> {
  const requestInit = { headers: { ...spec.headers } };
  const url = new URL(spec.url);
  const transport =
    spec.type === 'sse' ? new SSEClientTransport(url, { requestInit }) : new StreamableHTTPClientTransport(url, { requestInit });
  const ended = Promise.withResolvers<string>();
  const peer: JsonRpcPeer = new JsonRpcPeer(
    {
      send: (message, signal) => {
        // The transport wants its own message type; what it gets is what a peer made or relays.
        const sent =
          transport instanceof SSEClientTransport
            ? transport.send(message as never)
            : transport.send(message as never, signal && { requestSignal: signal });
        sent.catch((error: unknown) => {
          const { id } = message;
          const reason = error instanceof Error ? error.message : String(error);
          if (typeof id === 'number')
            peer.receive({ id, error: { code: -32_603, message: `The server "${spec.name}" could not be reached: ${reason}` } });
          if (/session|404/i.test(reason))
            peer.fail(new ToolError('UNAVAILABLE', `The server "${spec.name}" does not know this session any more.`, { cause: error }));
        });
      },
      close: () => void transport.close().catch(() => undefined),
    },
    handlers,
  );
  transport.onmessage = (message) => void (isLoose(message) && peer.receive(message));
  transport.onclose = () => {
    ended.resolve('the connection closed');
    peer.fail(new ToolError('UNAVAILABLE', `The connection to "${spec.name}" closed.`));
  };
  try {
    await transport.start();
  } catch (error) {
    throw new ToolError(
      'UNAVAILABLE',
      `The server "${spec.name}" at ${url.origin} could not be reached: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  return {
    peer,
    ended: ended.promise,
    onVersion: (version) => transport.setProtocolVersion(version),
    async close() {
      if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession().catch(() => undefined);
      await transport.close();
    },
  };
}
