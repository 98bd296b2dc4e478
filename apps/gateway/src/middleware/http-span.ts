/** One SERVER span for each HTTP request, with the attributes of OpenTelemetry's HTTP conventions. */
import { contextFromMeta, handOnTrace, isTracing } from '@sandlot/core/telemetry';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { principalAttribute } from '../traces/principal.ts';
import type { GatewayEnv } from './auth.ts';

/** Opens the span under the caller's `traceparent` header, else under the context in the MCP request's `_meta`; without an SDK, hands that on. */
export function httpSpan(): MiddlewareHandler<GatewayEnv> {
  return async function httpSpan(c, next) {
    const { headers } = c.req.raw;
    if (!isTracing()) {
      const { traceparent, tracestate } = c.req.header();
      return handOnTrace(traceparent === undefined ? metaOfBody(c.get('body')) : { traceparent, tracestate }, next);
    }
    const parent = headers.has('traceparent')
      ? propagation.extract(context.active(), headers, { get: (carrier, name) => carrier.get(name) ?? undefined, keys: () => [] })
      : contextFromMeta(metaOfBody(c.get('body')));
    const route = routeOf(c);
    const span = trace.getTracer('sandlot').startSpan(
      `${c.req.method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': c.req.method,
          'http.route': route,
          'url.path': c.req.path,
          'url.scheme': 'http',
          [principalAttribute]: c.get('caller').id,
        },
      },
      parent,
    );
    const end = () => {
      span.setAttribute('http.response.status_code', c.env?.upgrade?.socket ? 101 : c.res.status);
      if (c.res.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };
    await context.with(trace.setSpan(parent, span), next);
    const { socket } = c.env?.upgrade ?? {};
    if (socket) return void socket.once('close', end);
    // A stream is part of the request: the span ends with its last byte.
    if (!c.res.body || !c.res.headers.get('content-type')?.startsWith('text/event-stream')) return end();
    c.res = new Response(c.res.body.pipeThrough(new TransformStream({ flush: end, cancel: end })), c.res);
    return undefined;
  };
}

/** The route that will answer, as it is registered, and not the path: a span name must be of low cardinality. */
function routeOf(c: Context): string {
  return routePath(c, -1);
}

function metaOfBody(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('params' in body)) return undefined;
  const { params } = body;
  return typeof params === 'object' && params !== null && '_meta' in params ? params._meta : undefined;
}
