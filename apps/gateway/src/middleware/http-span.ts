/** One SERVER span for each HTTP request, with the attributes of OpenTelemetry's HTTP conventions. */
import { contextFromMeta, handOnTrace, isTracing } from '@sandlot/core/telemetry';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { principalAttribute } from '../traces/principal.ts';
import type { GatewayEnv } from './auth.ts';

/** What the span says of a request. */
export interface HttpFacts {
  readonly method: string;
  /** As it is registered, and not the path: a span name must be of low cardinality. */
  readonly route: string;
  readonly path: string;
  /** Id of the principal. */
  readonly principal: string;
  readonly headers: Pick<Headers, 'get'>;
  /** The parsed body. */
  readonly body: unknown;
}

/** A span that is open. */
export interface HttpSpan {
  /** Answers the request in it. */
  run<T>(answer: () => Promise<T>): Promise<T>;
  end(status: number): void;
}

/** Opens the span under the caller's `traceparent` header, else under the context in the MCP request's `_meta`; without an SDK, hands that on. */
export function openHttpSpan({ method, route, path, principal, headers, body }: HttpFacts): HttpSpan {
  const traceparent = headers.get('traceparent');
  if (!isTracing()) {
    const given = traceparent === null ? metaOfBody(body) : { traceparent, tracestate: headers.get('tracestate') };
    return { run: (answer) => handOnTrace(given, answer), end: () => undefined };
  }
  const parent =
    traceparent === null
      ? contextFromMeta(metaOfBody(body))
      : propagation.extract(context.active(), headers, { get: (carrier, name) => carrier.get(name) ?? undefined, keys: () => [] });
  const span = trace.getTracer('sandlot').startSpan(
    `${method} ${route}`,
    {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'url.path': path,
        'url.scheme': 'http',
        [principalAttribute]: principal,
      },
    },
    parent,
  );
  return {
    run: (answer) => context.with(trace.setSpan(parent, span), answer),
    end(status) {
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** Opens a span for each request. */
export function httpSpan(): MiddlewareHandler<GatewayEnv> {
  return async function httpSpan(c, next) {
    const { method, path, raw } = c.req;
    const facts = { method, route: routePath(c, -1), path, principal: c.get('caller').id, headers: raw.headers, body: c.get('body') };
    const span = openHttpSpan(facts);
    const end = () => span.end(c.env?.upgrade?.socket ? 101 : c.res.status);
    await span.run(next);
    if (!isTracing()) return undefined;
    const { socket } = c.env?.upgrade ?? {};
    if (socket) return void socket.once('close', end);
    // A stream is part of the request: the span ends with its last byte.
    if (!c.res.body || !c.res.headers.get('content-type')?.startsWith('text/event-stream')) return end();
    c.res = new Response(c.res.body.pipeThrough(new TransformStream({ flush: end, cancel: end })), c.res);
    return undefined;
  };
}

function metaOfBody(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('params' in body)) return undefined;
  const { params } = body;
  return typeof params === 'object' && params !== null && '_meta' in params ? params._meta : undefined;
}
