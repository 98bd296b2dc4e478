/** Spans through the OpenTelemetry API. Without an SDK they cost next to nothing. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  context,
  type Context,
  INVALID_SPAN_CONTEXT,
  propagation,
  ProxyTracerProvider,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { errorType, traceKeys } from './conventions.ts';

const tracer = () => trace.getTracer('sandlot');
const noSdk = new ProxyTracerProvider().getDelegate();
const noSpan = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** True when an OpenTelemetry SDK takes spans, ours or one of the program that we run in. */
export function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== noSdk;
}

/**
 * Runs `work` inside a span that ends with it. A thrown error marks the span as failed and goes on.
 *
 * @param name span name, of low cardinality
 * @param options kind, attributes, links
 * @param work gets the span
 * @param parent context to hang the span under. Default: the active one
 */
export async function withSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
  parent: Context = context.active(),
): Promise<T> {
  if (!isTracing()) return work(noSpan);
  return tracer().startActiveSpan(name, options, parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Marks a span as failed; keeps an `error.type` that was set before. */
export function markFailed(span: Span, error: unknown): void {
  const known = 'attributes' in span && typeof span.attributes === 'object' && span.attributes !== null && errorType in span.attributes;
  if (!known) span.setAttribute(errorType, errorTypeOf(error));
  // The message would name what the caller sent: arguments are on no span.
  span.setStatus({ code: SpanStatusCode.ERROR, message: errorTypeOf(error) });
}

/** `error.type` of a failure: its code, such as `ECONNREFUSED` or an HTTP status, else the name of its class. */
export function errorTypeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return error instanceof Error ? error.name : '_OTHER';
}

/** Reads the trace context out of a request's `_meta`; entries of a wrong type or over 512 characters are ignored. */
export function contextFromMeta(meta: unknown, base: Context = context.active()): Context {
  if (!isTracing()) return base;
  const carrier = carrierOf(meta);
  return 'traceparent' in carrier ? propagation.extract(base, carrier) : base;
}

function carrierOf(meta: unknown): Record<string, string> {
  const carrier: Record<string, string> = {};
  if (typeof meta !== 'object' || meta === null) return carrier;
  for (const key of traceKeys) {
    const value: unknown = Reflect.get(meta, key);
    if (typeof value === 'string' && value.length <= 512) carrier[key] = value;
  }
  return carrier;
}

const handedOn = new AsyncLocalStorage<Readonly<Record<string, string>>>();
// Version, trace id, parent id and flags, of https://www.w3.org/TR/trace-context/.
const traceparentShape = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}(?:-[\da-f-]*)?$/;

/**
 * Runs `work` so that {@link traceEnvironment} in it knows the caller's trace context although no SDK is there to keep it. With an SDK,
 * or without a valid `traceparent`, it only runs it.
 *
 * @param meta a request's `_meta`
 */
export function handOnTrace<T>(meta: unknown, work: () => T): T {
  const { traceparent, tracestate } = isTracing() ? {} : carrierOf(meta);
  if (traceparent === undefined || !traceparentShape.test(traceparent)) return work();
  const hasState = tracestate !== undefined && /^[\u0020-\u007e]+$/.test(tracestate);
  return handedOn.run({ traceparent, ...(hasState && { tracestate }) }, work);
}

/** The trace context as `_meta` entries or environment: that of the active span; without an SDK, what {@link handOnTrace} was given. */
export function contextToMeta(from: Context = context.active()): Record<string, string> {
  if (!isTracing()) return { ...handedOn.getStore() };
  const carrier: Record<string, string> = {};
  propagation.inject(from, carrier);
  return carrier;
}

/** `TRACEPARENT` and `TRACESTATE` for a child process, so that its own spans hang below the call; without an SDK, below the caller. */
export function traceEnvironment(from: Context = context.active()): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contextToMeta(from))
      .filter(([key]) => key !== 'baggage')
      .map(([key, value]) => [key.toUpperCase(), value]),
  );
}
