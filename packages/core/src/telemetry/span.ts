/** Spans through the OpenTelemetry API. Without an SDK they cost next to nothing. */
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
  if (!known) span.setAttribute(errorType, codeOf(error));
  // The message would name what the caller sent: arguments are on no span.
  span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) });
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return error instanceof Error ? error.name : '_OTHER';
}

/** Reads the trace context out of a request's `_meta`; entries of a wrong type or over 512 characters are ignored. */
export function contextFromMeta(meta: unknown, base: Context = context.active()): Context {
  if (typeof meta !== 'object' || meta === null || !isTracing()) return base;
  const carrier: Record<string, string> = {};
  for (const key of traceKeys) {
    const value: unknown = Reflect.get(meta, key);
    if (typeof value === 'string' && value.length <= 512) carrier[key] = value;
  }
  return 'traceparent' in carrier ? propagation.extract(base, carrier) : base;
}

/** The trace context as `_meta` entries or environment: empty without an SDK or an active span. */
export function contextToMeta(from: Context = context.active()): Record<string, string> {
  const carrier: Record<string, string> = {};
  if (isTracing()) propagation.inject(from, carrier);
  return carrier;
}

/** `TRACEPARENT` and `TRACESTATE` for a child process, so that its own spans hang below the call. */
export function traceEnvironment(from: Context = context.active()): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contextToMeta(from))
      .filter(([key]) => key !== 'baggage')
      .map(([key, value]) => [key.toUpperCase(), value]),
  );
}
