/**
 * Metrics in Prometheus' text format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/. Names as OpenTelemetry
 * says for Prometheus: dots become underscores, the unit is spelt out at the end, counters end in `_total`.
 */
import { type MetricDefinition, metricDefinitions, type MetricName } from './metric-definitions.ts';
import { metricNames, type Point, type Snapshot } from './recorder.ts';

/** Content type of the text. */
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

const units: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes' };

/** A metric's name in Prometheus, without `_bucket` and the like. */
export function prometheusName(name: MetricName): string {
  const { kind, unit }: MetricDefinition = metricDefinitions[name];
  const ratio = kind === 'gauge' && unit === '1' && name.endsWith('utilization') ? '_ratio' : '';
  return `${name.replaceAll('.', '_')}${units[unit] ?? ratio}${kind === 'counter' ? '_total' : ''}`;
}

/** Everything as text. */
export function prometheusText(snapshot: Snapshot): string {
  return metricNames
    .flatMap((name) => {
      const points = snapshot[name] ?? [];
      if (points.length === 0) return [];
      const { kind, description, buckets = [] }: MetricDefinition = metricDefinitions[name];
      const shown = prometheusName(name);
      const head = [`# HELP ${shown} ${description}`, `# TYPE ${shown} ${kind}`];
      const lines = points.flatMap((point) =>
        kind === 'histogram' ? histogram(shown, point, buckets) : [line(shown, point.labels, point.value)],
      );
      return [...head, ...lines];
    })
    .join('\n')
    .concat('\n');
}

function histogram(name: string, { labels, value, count = 0, buckets: counts = [] }: Point, bounds: readonly number[]): string[] {
  let below = 0;
  const lines = bounds.map((bound, at) => line(`${name}_bucket`, { ...labels, le: String(bound) }, (below += counts[at] ?? 0)));
  return [
    ...lines,
    line(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
    line(`${name}_sum`, labels, value),
    line(`${name}_count`, labels, count),
  ];
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label.replaceAll('.', '_')}="${escape(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
}

function escape(text: string): string {
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
}
