/**
 * A span that becomes OTLP/JSON when it ends: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. The SDK's own span
 * keeps what others read, and is turned into JSON in two more steps; at 200 calls a second that was most of what tracing cost.
 */
import type { Attributes, Exception, Link, Span, SpanContext, SpanStatus, TimeInput } from '@opentelemetry/api';
import { SpanStatusCode } from '@opentelemetry/api';
import type { SpanLimits } from './limits.ts';
import { toNanos, wallClockMs } from './clock.ts';

/** What a span is made of. */
export interface SpanParts {
  readonly context: SpanContext;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** As in OTLP: 1 INTERNAL, 2 SERVER, 3 CLIENT, 4 PRODUCER, 5 CONSUMER. */
  readonly kind: number;
  readonly attributes: Attributes;
  readonly links: readonly Link[];
  readonly startMs: number;
  readonly limits: SpanLimits;
  /** Takes the JSON when it ends. */
  readonly done: (json: string) => void;
}

/** A span that is sampled. */
export class RecordingSpan implements Span {
  /** What it has so far. */
  readonly attributes: Record<string, unknown> = {};
  readonly #parts: SpanParts;
  readonly #links: Link[];
  readonly #events: { name: string; attributes: Attributes; atMs: number }[] = [];
  #name: string;
  #count = 0;
  #status: SpanStatus = { code: SpanStatusCode.UNSET };
  #ended = false;

  constructor(parts: SpanParts) {
    this.#parts = parts;
    this.#name = parts.name;
    this.#links = parts.links.slice(0, parts.limits.links);
    this.setAttributes(parts.attributes);
  }

  spanContext(): SpanContext {
    return this.#parts.context;
  }

  setAttribute(key: string, value: unknown): this {
    if (this.#ended || value === undefined || value === null) return this;
    const isKnown = key in this.attributes;
    if (!isKnown && this.#count >= this.#parts.limits.attributes) return this;
    if (!isKnown) this.#count++;
    this.attributes[key] = typeof value === 'string' ? value.slice(0, this.#parts.limits.valueChars) : value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    for (const key in attributes) this.setAttribute(key, attributes[key]);
    return this;
  }

  addEvent(name: string, attributes?: Attributes | TimeInput): this {
    if (this.#ended || this.#events.length >= this.#parts.limits.events) return this;
    this.#events.push({ name, attributes: isAttributes(attributes) ? attributes : {}, atMs: wallClockMs() });
    return this;
  }

  addLink(link: Link): this {
    if (!this.#ended && this.#links.length < this.#parts.limits.links) this.#links.push(link);
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (!this.#ended) this.#status = status;
    return this;
  }

  updateName(name: string): this {
    if (!this.#ended) this.#name = name;
    return this;
  }

  isRecording(): boolean {
    return !this.#ended;
  }

  /** Only its type: messages repeat what callers sent. */
  recordException(exception: Exception): void {
    const type = typeof exception === 'object' && 'name' in exception ? exception.name : undefined;
    this.addEvent('exception', { 'exception.type': type ?? 'Error' });
  }

  /** @param endTime milliseconds since 1970. Default: now */
  end(endTime?: TimeInput): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#parts.done(this.#toJson(typeof endTime === 'number' ? endTime : wallClockMs()));
  }

  #toJson(endMs: number): string {
    const { context, parentSpanId, kind, startMs } = this.#parts;
    const { code, message } = this.#status;
    return JSON.stringify({
      traceId: context.traceId,
      spanId: context.spanId,
      ...(context.traceState && { traceState: context.traceState.serialize() }),
      ...(parentSpanId !== undefined && { parentSpanId }),
      name: this.#name,
      kind,
      startTimeUnixNano: toNanos(startMs),
      endTimeUnixNano: toNanos(Math.max(startMs, endMs)),
      attributes: toList(this.attributes),
      ...(this.#events.length > 0 && {
        events: this.#events.map(({ name, attributes, atMs }) => ({
          name,
          timeUnixNano: toNanos(atMs),
          attributes: toList(attributes),
        })),
      }),
      ...(this.#links.length > 0 && {
        links: this.#links.map((link) => ({
          traceId: link.context.traceId,
          spanId: link.context.spanId,
          attributes: toList(link.attributes ?? {}),
        })),
      }),
      status: message === undefined ? { code } : { code, message },
    });
  }
}

function isAttributes(given: Attributes | TimeInput | undefined): given is Attributes {
  return typeof given === 'object' && !Array.isArray(given) && !(given instanceof Date);
}

/** Attributes as OTLP has them. */
export function toList(attributes: Readonly<Record<string, unknown>>): object[] {
  const list: object[] = [];
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined && value !== null) list.push({ key, value: toValue(value) });
  }
  return list;
}

function toValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { intValue: value } : { doubleValue: value };
  return Array.isArray(value) ? { arrayValue: { values: value.map(toValue) } } : { stringValue: JSON.stringify(value) };
}
