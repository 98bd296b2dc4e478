/** Limits of spans, from the variables of the OpenTelemetry specification. */

/** How much a span may hold. */
export interface SpanLimits {
  /** Attributes of a span, an event or a link. */
  readonly attributes: number;
  /** Characters of an attribute's text. */
  readonly valueChars: number;
  readonly events: number;
  readonly links: number;
}

/** Limits of waiting spans. */
export interface BatchLimits {
  /** Spans that wait; what comes beyond is dropped. */
  readonly queue: number;
  /** Spans of a request. */
  readonly batch: number;
  /** Time until spans are sent, in milliseconds. */
  readonly delayMs: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** `OTEL_SPAN_*_LIMIT` and `OTEL_ATTRIBUTE_*_LIMIT`. Text is at most 4096 characters unless said otherwise. */
export function spanLimits(env: Env): SpanLimits {
  const count = numberOf(env, ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'], 128);
  return {
    attributes: count,
    valueChars: numberOf(env, ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'], 4096),
    events: numberOf(env, ['OTEL_SPAN_EVENT_COUNT_LIMIT'], 128),
    links: numberOf(env, ['OTEL_SPAN_LINK_COUNT_LIMIT'], 128),
  };
}

/** `OTEL_BSP_*`. @param delayMs unless `OTEL_BSP_SCHEDULE_DELAY` says otherwise */
export function batchLimits(env: Env, delayMs: number): BatchLimits {
  return {
    queue: numberOf(env, ['OTEL_BSP_MAX_QUEUE_SIZE'], 2048),
    batch: Math.max(1, numberOf(env, ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'], 512)),
    delayMs: numberOf(env, ['OTEL_BSP_SCHEDULE_DELAY'], delayMs),
  };
}

/** The first of the variables that is a whole number; others count as not set, as the specification wants. */
function numberOf(env: Env, names: readonly string[], fallback: number): number {
  const given = names.map((name) => env[name]).find((text) => text !== undefined && /^\d{1,9}$/.test(text.trim()));
  return given === undefined ? fallback : Number(given);
}
