/** Makes spans, as the API wants them. Samplers and identifiers are as in the SDK. What is done for each span is kept short. */
import {
  context,
  type Context,
  type Span,
  type SpanOptions,
  trace,
  TraceFlags,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace';
import { randomFillSync } from 'node:crypto';
import { wallClockMs } from './clock.ts';
import type { SpanLimits } from './limits.ts';
import { RecordingSpan } from './recording-span.ts';

/** What {@link LeanTracer} needs. */
export interface TracerParts {
  /** Default: what the parent says, and yes without one. */
  readonly sampler: Sampler | undefined;
  readonly limits: SpanLimits;
  /** Takes each span that has ended, as OTLP/JSON. */
  readonly done: (json: string) => void;
}

/** One tracer for everybody: all spans are of one scope. */
export class LeanTracer implements Tracer, TracerProvider {
  readonly #parts: TracerParts;

  constructor(parts: TracerParts) {
    this.#parts = parts;
  }

  getTracer(): Tracer {
    return this;
  }

  startSpan(name: string, options: SpanOptions = {}, given: Context = context.active()): Span {
    const { sampler, limits, done } = this.#parts;
    const from = options.root ? trace.deleteSpan(given) : given;
    const above = trace.getSpan(from);
    const parent = above?.spanContext();
    // Our own spans need no look at their identifiers.
    const known = above instanceof RecordingSpan || (parent !== undefined && trace.isSpanContextValid(parent)) ? parent : undefined;
    const traceId = known?.traceId ?? newId(16);
    const { kind = 0, attributes = {}, links = [], startTime } = options;
    const sampling = sampler?.shouldSample(from, traceId, name, kind, attributes, links);
    const isSampled = sampling
      ? sampling.decision === SamplingDecision.RECORD_AND_SAMPLED
      : known === undefined || (known.traceFlags & TraceFlags.SAMPLED) !== 0;
    const state = sampling?.traceState ?? known?.traceState;
    const spanContext = {
      traceId,
      spanId: newId(8),
      traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
      ...(state && { traceState: state }),
    };
    if (!isSampled) return trace.wrapSpanContext(spanContext);
    return new RecordingSpan({
      context: spanContext,
      parentSpanId: known?.spanId,
      name,
      kind: kind + 1,
      attributes: sampling?.attributes ? { ...attributes, ...sampling.attributes } : attributes,
      links,
      startMs: typeof startTime === 'number' ? startTime : wallClockMs(),
      limits,
      done,
    });
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, work: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(name: string, options: SpanOptions, work: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(name: string, options: SpanOptions, from: Context, work: F): ReturnType<F>;
  startActiveSpan(name: string, ...rest: unknown[]): unknown {
    const work = rest.pop() as (span: Span) => unknown;
    const [options, from = context.active()] = rest as [SpanOptions?, Context?];
    const span = this.startSpan(name, options, from);
    return context.with(trace.setSpan(from, span), work, undefined, span);
  }
}

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Random lower-case hex. */
function newId(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
