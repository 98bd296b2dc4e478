/** The WebSockets of a server as routes: standalone, and on the socket that the gateway opens. */
import { context } from '@opentelemetry/api';
import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { errorTable, ToolError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import type { SocketConnection, SocketDefinition } from '../socket.ts';
import { contextFromMeta, handOnTrace } from '../telemetry/span.ts';
import type { Upgrade } from './upgrade.ts';

/** What routes get with a request; without `upgrade`, it asks for no WebSocket. */
export interface SocketEnv {
  Bindings: { upgrade?: Upgrade };
}

/** Bytes that may wait to be sent before a sender waits. */
const mostWaiting = 1024 * 1024;

/** Makes the routes. @param principalOf tells who asks */
export function socketRoutes(runtime: Runtime, principalOf: (headers: Headers) => string): Hono<SocketEnv> {
  const routes = new Hono<SocketEnv>();
  routes.onError((error, c) => refusal(error, c, runtime));
  for (const definition of runtime.server.sockets ?? []) {
    routes.get(definition.path, async (c) => {
      const { upgrade } = c.env;
      if (!upgrade) return c.text('This is a WebSocket.', 426, { Upgrade: 'websocket' });
      const trace = { traceparent: c.req.header('traceparent'), tracestate: c.req.header('tracestate') };
      const run = () => open(runtime, definition, c.req.query(), principalOf(c.req.raw.headers), upgrade);
      await context.with(contextFromMeta(trace), () => handOnTrace(trace, run));
      return c.body(null);
    });
  }
  return routes;
}

async function open(
  runtime: Runtime,
  definition: SocketDefinition,
  query: Record<string, string>,
  principal: string,
  upgrade: Upgrade,
): Promise<void> {
  const ended = new AbortController();
  try {
    const parsed = parseQuery(definition, query);
    const serve = await runtime.run({ principal, signal: ended.signal }, (ctx) => definition.open(parsed, ctx));
    const socket = upgrade.accept();
    socket.once('close', () => ended.abort());
    const connection = toConnection(socket, ended.signal);
    void serve(connection).then(
      () => connection.close(1000),
      (error: unknown) => {
        const known = ToolError.is(error) ? error : undefined;
        if (!known && !ended.signal.aborted) runtime.log.error('a WebSocket failed', { path: definition.path, error });
        connection.close(known ? 1008 : 1011, known?.message);
      },
    );
  } catch (error) {
    ended.abort();
    throw error;
  }
}

function parseQuery({ path, query }: SocketDefinition, { ticket: _ticket, ...given }: Record<string, string>): Record<string, unknown> {
  const parsed = query.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ToolError('INVALID_ARGUMENT', `${path}: ${z.prettifyError(parsed.error)}`, {
    advice: `Parameters of ${path}: ${Object.keys(query.shape).join(', ') || 'none'}.`,
  });
}

/** A WebSocket of the library in our form. */
function toConnection(socket: WebSocket, signal: AbortSignal): SocketConnection {
  socket.on('error', () => socket.terminate());
  return {
    signal,
    async send(message) {
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.send(message, () => resolve());
      if (socket.bufferedAmount > mostWaiting) await promise;
    },
    onMessage(listener) {
      socket.on('message', (data, isBinary) => {
        const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
        listener(isBinary ? bytes : bytes.toString());
      });
    },
    close(code, reason = '') {
      // A reason has at most 123 bytes.
      socket.close(code, reason.length > 40 ? `${reason.slice(0, 40)}…` : reason);
    },
  };
}

function refusal(error: unknown, c: Context, runtime: Runtime): Response {
  const known = ToolError.is(error) ? error : new ToolError('INTERNAL', 'Something went wrong inside Sandlot.', { cause: error });
  if (known !== error) runtime.log.error('a WebSocket could not be opened', { path: c.req.path, error });
  return c.json({ error: known.toBody() }, errorTable[known.code].status as ContentfulStatusCode);
}
