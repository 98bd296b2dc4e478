/** The reference page of spans and metrics. */
import { table } from '@sandlot/core/docs';
import { type MetricDefinition, metricDefinitions, metricNames, prometheusName, spanDefinitions } from '@sandlot/core/telemetry';
import { type Alert, alerts } from './alerts.ts';

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

/** The page. */
export function telemetryReference(): string {
  return `# Telemetry

Every span and every metric there is. Names with \`mcp.\`, \`gen_ai.\`, \`http.\`, \`container.\`, \`process.\` and \`nodejs.\` are those of the
OpenTelemetry conventions.

## Spans

Sent by OTLP/HTTP when \`OTEL_EXPORTER_OTLP_ENDPOINT\` is set, and kept at \`/v1/traces\` (the last ones, see \`--traces\`).
Arguments, results, commands and code are on none of them.

${table(
  ['Span', 'Kind', 'Made by', 'What it is', 'Attributes'],
  spanDefinitions.map(({ name, kind, from, description, attributes }) => [`\`${name}\``, kind, from, description, code(attributes)]),
)}

## Metrics

At \`/metrics\` for a key with the scope \`metrics:read\`, and by OTLP when \`OTEL_EXPORTER_OTLP_ENDPOINT\` is set. A label's value is from a
small set: never a path, an address or an agent's text. Beyond 1,000 series, one metric counts in one more, labelled
\`otel_metric_overflow="true"\`.

${table(
  ['Metric', 'In Prometheus', 'Kind', 'What it is', 'Labels'],
  metricNames.map((name) => {
    const { kind, description, attributes }: MetricDefinition = metricDefinitions[name];
    return [`\`${name}\``, `\`${prometheusName(name)}\``, kind, description, code(attributes.map((label) => label.replaceAll('.', '_')))];
  }),
)}

## Alerts

In \`docker/monitoring/alerts.yaml\`.

${table(
  ['Alert', 'When', 'What it means'],
  alerts.map(({ alert, expr, wait, summary }: Alert) => [`\`${alert}\``, `\`${expr}\` for ${wait}`, summary]),
)}
`;
}
