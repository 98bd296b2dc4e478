/**
 * Counts, without the OpenTelemetry SDK: a scrape wants what happened since the start, and loading the SDK for it would cost every
 * process 130 ms and 33 MB. The SDK's exporter reads the same numbers, when OTLP is asked for (`otlp-metrics.ts`).
 */
import { z } from 'zod';
import { type LabelsOf, type MetricDefinition, metricDefinitions, type MetricName, type MetricOf } from './metric-definitions.ts';

/** One series. `buckets` counts by bound, not cumulated, with one more for what is above. */
export interface Point {
  readonly labels: Readonly<Record<string, string>>;
  value: number;
  count?: number | undefined;
  buckets?: number[] | undefined;
}

/** Every series, by metric; plain JSON. */
export type Snapshot = Readonly<Partial<Record<MetricName, readonly Point[]>>>;

const pointSchema = z.object({
  labels: z.record(z.string(), z.string()),
  value: z.number(),
  count: z.number().optional(),
  buckets: z.array(z.number()).optional(),
});

/** A snapshot that came from another process. What its metrics are not called is left out. */
export const snapshotSchema = z
  .record(z.string(), z.array(pointSchema))
  .transform((given): Snapshot => Object.fromEntries(Object.entries(given).filter(([name]) => isMetricName(name))));

/** Most series of one metric. What comes beyond is counted in one more, with the label of the OpenTelemetry specification for that. */
export const mostSeries = 1000;
const overflow: Readonly<Record<string, string>> = { 'otel.metric.overflow': 'true' };

/** Keeps numbers. */
export class Recorder {
  readonly #series = new Map<MetricName, Map<string, Point>>();
  readonly #looks = new Set<() => void>();

  /** Adds to a counter. */
  add<Name extends MetricOf<'counter'>>(name: Name, value: number, labels: LabelsOf<Name>): void {
    this.#point(name, labels).value += value;
  }

  /** Sets a gauge, or a counter that somebody else counts. */
  set<Name extends MetricOf<'gauge' | 'counter'>>(name: Name, value: number, labels: LabelsOf<Name>): void {
    this.#point(name, labels).value = value;
  }

  /** Puts a value into a histogram. */
  observe<Name extends MetricOf<'histogram'>>(name: Name, value: number, labels: LabelsOf<Name>): void {
    const { buckets: bounds } = metricDefinitions[name];
    const point = this.#point(name, labels);
    const counts = (point.buckets ??= Array.from({ length: bounds.length + 1 }, () => 0));
    const above = bounds.findIndex((bound) => value <= bound);
    const at = above < 0 ? bounds.length : above;
    counts[at] = (counts[at] ?? 0) + 1;
    point.count = (point.count ?? 0) + 1;
    point.value += value;
  }

  /** Moves a gauge up or down. */
  shift<Name extends MetricOf<'gauge'>>(name: Name, delta: number, labels: LabelsOf<Name>): void {
    this.#point(name, labels).value += delta;
  }

  /** Forgets the series of a metric, before it is set anew. */
  clear(name: MetricOf<'gauge'>): void {
    this.#series.delete(name);
  }

  /** Runs `look` before each snapshot, to set what only a look can tell. @returns ends that */
  onLook(look: () => void): () => void {
    this.#looks.add(look);
    return () => void this.#looks.delete(look);
  }

  /** A copy of all there is. */
  snapshot(): Snapshot {
    for (const look of this.#looks) look();
    return Object.fromEntries(
      [...this.#series].map(([name, points]) => [name, [...points.values()].map((point) => structuredClone(point))] as const),
    );
  }

  #point(name: MetricName, given: Readonly<Record<string, string | undefined>>): Point {
    const { attributes }: MetricDefinition = metricDefinitions[name];
    const points = this.#series.get(name) ?? new Map<string, Point>();
    this.#series.set(name, points);
    const values = attributes.map((label) => given[label]);
    const key = JSON.stringify(values);
    const known = points.get(key);
    if (known) return known;
    const isFull = points.size >= mostSeries;
    const labels = isFull
      ? overflow
      : Object.fromEntries(attributes.flatMap((label, at) => (values[at] === undefined ? [] : [[label, values[at]]])));
    const found = isFull ? points.get('overflow') : undefined;
    const point = found ?? { labels, value: 0 };
    points.set(isFull ? 'overflow' : key, point);
    return point;
  }
}

/** The numbers of this process. */
export const meter = new Recorder();

/** Runs work and records how long it took, and whether it failed. */
export async function timed<T>(
  name: 'sandlot.browser.page.create.duration' | 'sandlot.browser.page.close.duration',
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  let outcome = 'error';
  try {
    const result = await work();
    outcome = 'ok';
    return result;
  } finally {
    meter.observe(name, (performance.now() - startedAt) / 1000, { outcome });
  }
}

/** Adds up series with the same labels. Gauges are added, too: each process has its own part. */
export function mergeSnapshots(snapshots: readonly Snapshot[]): Snapshot {
  const merged = new Map<MetricName, Map<string, Point>>();
  for (const name of metricNames) {
    for (const point of snapshots.flatMap((snapshot) => snapshot[name] ?? [])) {
      const points = merged.get(name) ?? new Map<string, Point>();
      merged.set(name, points);
      const key = JSON.stringify(Object.entries(point.labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const known = points.get(key);
      points.set(key, known ? sum(known, point) : structuredClone(point));
    }
  }
  return Object.fromEntries([...merged].map(([name, points]) => [name, [...points.values()]] as const));
}

/** What goes on counting when a process has ended: its gauges have ended with it. */
export function withoutGauges(snapshot: Snapshot): Snapshot {
  return Object.fromEntries(Object.entries(snapshot).filter(([name]) => isMetricName(name) && metricDefinitions[name].kind !== 'gauge'));
}

/** Every name, in the order of the table. */
export const metricNames: readonly MetricName[] = Object.keys(metricDefinitions).filter(isMetricName);

function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(metricDefinitions, name);
}

function sum(a: Point, b: Point): Point {
  const { buckets: mine, count } = a;
  return {
    labels: a.labels,
    value: a.value + b.value,
    ...(mine && b.buckets && { count: (count ?? 0) + (b.count ?? 0), buckets: mine.map((n, at) => n + (b.buckets?.[at] ?? 0)) }),
  };
}
