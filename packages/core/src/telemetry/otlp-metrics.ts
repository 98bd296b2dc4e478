/** Sends what the recorder counted by OTLP/HTTP. Loaded only when metrics are asked for. */
import { ValueType } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  MeterProvider,
  type MetricData,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { type MetricDefinition, metricDefinitions } from './metric-definitions.ts';
import { metricNames, type Point, type Snapshot } from './recorder.ts';

/**
 * Starts sending, every minute or as `OTEL_METRIC_EXPORT_INTERVAL` says, in milliseconds.
 *
 * @param look gives the numbers of the moment
 * @returns sends once more, and ends it
 */
export function startMetrics(
  resource: Resource,
  look: () => Promise<Snapshot>,
  env: Readonly<Record<string, string | undefined>>,
): () => Promise<void> {
  const startedAt = toTime(Date.now());
  const producer: MetricProducer = {
    async collect() {
      const snapshot = await look();
      const [startTime, endTime] = [startedAt, toTime(Date.now())];
      const metrics = metricNames.flatMap((name) => {
        const points = snapshot[name] ?? [];
        return points.length === 0 ? [] : [toData(name, metricDefinitions[name], points, { startTime, endTime })];
      });
      return { resourceMetrics: { resource, scopeMetrics: [{ scope: { name: 'sandlot' }, metrics }] }, errors: [] };
    },
  };
  const interval = Number(env['OTEL_METRIC_EXPORT_INTERVAL'] ?? 60_000);
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: interval,
    exportTimeoutMillis: Math.min(interval, 30_000),
    metricProducers: [producer],
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  return () => provider.shutdown();
}

type Time = [number, number];

function toTime(ms: number): Time {
  return [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];
}

function toData(
  name: string,
  { kind, unit, description, buckets = [] }: MetricDefinition,
  points: readonly Point[],
  times: { startTime: Time; endTime: Time },
): MetricData {
  const base = {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (kind === 'histogram') {
    const dataPoints = points.map(({ labels, value, count = 0, buckets: counts = [] }) => ({
      ...times,
      attributes: labels,
      value: { buckets: { boundaries: [...buckets], counts: [...counts] }, count, sum: value },
    }));
    return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = points.map(({ labels, value }) => ({ ...times, attributes: labels, value }));
  return kind === 'gauge'
    ? { ...base, dataPointType: DataPointType.GAUGE, dataPoints }
    : { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
}
