/** One SERVER span for each HTTP request, with the attributes of OpenTelemetry's HTTP conventions. */
import { contextFromMeta } from '@sandlot/core/telemetry';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { MiddlewareHandler } from 'hono';
import type { GatewayEnv } from './auth.ts';

/** Opens the span under the caller's `traceparent` header, else under the context in the MCP request's `_meta`. */
export function httpSpan(): MiddlewareHandler<GatewayEnv> {
  return async function httpSpan(c, next) {
    const carrier = Object.fromEntries(
      ['traceparent', 'tracestate'].flatMap((name) => (c.req.header(name) === undefined ? [] : [[name, c.req.header(name)]])),
    );
    const parent = 'traceparent' in carrier ? propagation.extract(context.active(), carrier) : contextFromMeta(metaOfBody(c.get('body')));
    const route = routeOf(c.req.path);
    const span = trace.getTracer('sandlot').startSpan(
      `${c.req.method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: { 'http.request.method': c.req.method, 'http.route': route, 'url.path': c.req.path, 'url.scheme': 'http' },
      },
      parent,
    );
    const end = () => {
      span.setAttribute('http.response.status_code', c.res.status);
      if (c.res.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };
    await context.with(trace.setSpan(parent, span), next);
    // A stream is part of the request: the span ends with its last byte.
    if (!span.isRecording() || !c.res.body || !c.res.headers.get('content-type')?.startsWith('text/event-stream')) return end();
    c.res = new Response(c.res.body.pipeThrough(new TransformStream({ flush: end, cancel: end })), c.res);
    return undefined;
  };
}

/** Known routes only: a span name must be of low cardinality. */
function routeOf(path: string): string {
  if (path === '/mcp') return path;
  if (path.startsWith('/mcp/')) return '/mcp/:server';
  if (/^\/v1\/mcp\/[^/]+\/tools\/[^/]+$/.test(path)) return '/v1/mcp/:server/tools/:tool';
  if (/^\/v1\/mcp\/[^/]+\/tools$/.test(path)) return '/v1/mcp/:server/tools';
  return ['/v1/mcp/servers', '/v1/openapi.json', '/v1/sandbox'].includes(path) ? path : '/*';
}

function metaOfBody(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('params' in body)) return undefined;
  const { params } = body;
  return typeof params === 'object' && params !== null && '_meta' in params ? params._meta : undefined;
}
