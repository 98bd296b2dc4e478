/** A runtime over Streamable HTTP, for both protocol eras. */
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { Runtime } from '../runtime.ts';
import { createMcpServer } from './server.ts';
import { listenedUris, Subscriptions } from './subscriptions.ts';

/** Options of {@link createMcpFetch}. */
export interface McpFetchOptions {
  readonly transport: 'pipe' | 'tcp';
  /** Who calls, when that is known. */
  readonly principal?: string;
}

/** Answers MCP requests. */
export interface McpFetch {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** Makes it. Old clients have no session here, so they cannot subscribe; new ones listen. */
export function createMcpFetch(runtime: Runtime, options: McpFetchOptions): McpFetch {
  const subscriptions: Subscriptions = new Subscriptions(runtime, (uri) => handler.notify.resourceUpdated(uri));
  const handler = createMcpHandler(({ era }) => createMcpServer(runtime, { ...options, ...(era === 'modern' && { subscriptions }) }), {
    maxRequestBodySize: runtime.limits.requestBytes,
    onerror: (error) => runtime.log.warn('http', { error }),
  });
  return {
    async fetch(request) {
      if (request.headers.get('mcp-method') !== 'subscriptions/listen' || !runtime.server.resources) return handler.fetch(request);
      const body: unknown = await request
        .clone()
        .json()
        .catch(() => undefined);
      const user = {};
      await Promise.allSettled((listenedUris(body) ?? []).map((uri) => subscriptions.add(user, uri)));
      return endingWith(await handler.fetch(request), () => subscriptions.remove(user));
    },
    async close() {
      subscriptions.close();
      await handler.close();
    },
  };
}

function endingWith(response: Response, end: () => void): Response {
  if (!response.body) return (end(), response);
  return new Response(response.body.pipeThrough(new TransformStream({ flush: end, cancel: end })), response);
}
