/** The last traces, in memory: OTLP/JSON comes in, OTLP/JSON goes out. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
import { z } from 'zod';
import { principalAttribute } from './principal.ts';

const anyObject = z.record(z.string(), z.unknown());
const spanSchema = z.looseObject({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: z.union([z.string(), z.number()]).transform(String),
  endTimeUnixNano: z.union([z.string(), z.number()]).transform(String),
  attributes: z.array(z.object({ key: z.string(), value: anyObject })).default([]),
  status: z.looseObject({ code: z.number().optional() }).default({}),
});
const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.looseObject({ attributes: z.array(z.object({ key: z.string(), value: anyObject })).default([]) }),
      scopeSpans: z.array(z.object({ scope: anyObject.default({}), spans: z.array(spanSchema) })),
    }),
  ),
});

type Resource = z.output<typeof requestSchema>['resourceSpans'][number]['resource'];
type Span = z.output<typeof spanSchema>;

interface Kept {
  readonly spans: { readonly resource: Resource; readonly scope: Record<string, unknown>; readonly span: Span }[];
  bytes: number;
  dropped: number;
  /** The first principal that it was made for; later ones gain nothing by naming its id. */
  owner?: string;
}

/** A trace in a list. */
export interface TraceSummary {
  readonly trace_id: string;
  /** Name of its first span. */
  readonly name: string;
  /** ISO 8601. */
  readonly started_at: string;
  readonly duration_ms: number;
  readonly spans: number;
  /** Spans that failed. */
  readonly errors: number;
  /** Spans that did not fit. */
  readonly dropped: number;
  readonly services: readonly string[];
}

/** How much is kept. */
export interface StoreLimits {
  readonly traces: number;
  /** Default 1000. */
  readonly spansOfTrace?: number;
  /** All spans as JSON, and once more those that nobody has asked for yet. Default 8 MiB. */
  readonly bytes?: number;
}

/** Keeps traces; the oldest go first. */
export class TraceStore {
  readonly #limits: Required<StoreLimits>;
  readonly #traces = new Map<string, Kept>();
  #bytes = 0;
  #waiting: { readonly request: string; readonly isOwn: boolean }[] = [];
  #waitingBytes = 0;

  constructor(limits: StoreLimits) {
    this.#limits = { spansOfTrace: 1000, bytes: 8 * 1024 * 1024, ...limits };
  }

  /**
   * Takes spans. They are looked at when somebody asks for them: until then a call costs no more than its text.
   *
   * @param request an OTLP export request, as text; what is none is dropped
   * @param isOwn whether they are the gateway's own
   */
  add(request: string, isOwn: boolean): void {
    this.#waiting.push({ request, isOwn });
    this.#waitingBytes += request.length;
    while (this.#waitingBytes > this.#limits.bytes) this.#waitingBytes -= this.#waiting.shift()?.request.length ?? 0;
  }

  /** The traces of a principal, or all of them, the newest first. */
  list(principal?: string): readonly TraceSummary[] {
    this.#sort();
    return [...this.#traces]
      .filter(([, { owner }]) => principal === undefined || owner === principal)
      .map(([id, kept]) => summary(id, kept))
      .toSorted((a, b) => (a.started_at < b.started_at ? 1 : -1));
  }

  /** A trace as an OTLP export request; undefined when there is none, or it is somebody else's. */
  get(id: string, principal?: string): object | undefined {
    this.#sort();
    const kept = this.#traces.get(id);
    if (!kept || (principal !== undefined && kept.owner !== principal)) return undefined;
    const byResource = Map.groupBy(kept.spans, ({ resource }) => JSON.stringify(resource));
    return {
      resourceSpans: [...byResource.values()].map((spans) => ({
        resource: spans[0]?.resource,
        scopeSpans: [...Map.groupBy(spans, ({ scope }) => JSON.stringify(scope)).values()].map((same) => ({
          scope: same[0]?.scope,
          spans: same.map(({ span }) => span),
        })),
      })),
    };
  }

  #sort(): void {
    for (const { request, isOwn } of this.#waiting) {
      const parsed = requestSchema.safeParse(toJson(request));
      for (const { resource, scopeSpans } of parsed.data?.resourceSpans ?? [])
        for (const { scope, spans } of scopeSpans) for (const span of spans) this.#keep(resource, scope, span, isOwn);
      this.#evict();
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #keep(resource: Resource, scope: Record<string, unknown>, span: Span, isOwn: boolean): void {
    const kept = this.#traces.get(span.traceId) ?? { spans: [], bytes: 0, dropped: 0 };
    this.#traces.set(span.traceId, kept);
    const principal = isOwn ? span.attributes.find(({ key }) => key === principalAttribute)?.value['stringValue'] : undefined;
    if (typeof principal === 'string') kept.owner ??= principal;
    if (kept.spans.length >= this.#limits.spansOfTrace) return void kept.dropped++;
    const bytes = JSON.stringify(span).length;
    kept.spans.push({ resource, scope, span });
    kept.bytes += bytes;
    this.#bytes += bytes;
  }

  #evict(): void {
    for (const [id, { bytes }] of this.#traces) {
      if (this.#traces.size <= this.#limits.traces && this.#bytes <= this.#limits.bytes) return;
      this.#traces.delete(id);
      this.#bytes -= bytes;
    }
  }
}

function summary(id: string, { spans, dropped }: Kept): TraceSummary {
  const start = (span: Span) => BigInt(span.startTimeUnixNano);
  const [first, ...others] = spans.map(({ span }) => span).toSorted((a, b) => (start(a) < start(b) ? -1 : 1));
  const end = [first, ...others].reduce(
    (latest, span) => (span && BigInt(span.endTimeUnixNano) > latest ? BigInt(span.endTimeUnixNano) : latest),
    0n,
  );
  const services = spans.map(({ resource }) => resource.attributes.find(({ key }) => key === 'service.name')?.value['stringValue']);
  return {
    trace_id: id,
    name: first?.name ?? '',
    started_at: new Date(Number((first ? start(first) : 0n) / 1_000_000n)).toISOString(),
    duration_ms: first ? Number((end - start(first)) / 1000n) / 1000 : 0,
    spans: spans.length,
    errors: spans.filter(({ span }) => span.status.code === 2).length,
    dropped,
    services: [...new Set(services.map(String))].toSorted(),
  };
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
