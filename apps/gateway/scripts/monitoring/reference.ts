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

Sent by OTLP/HTTP (JSON) when \`OTEL_EXPORTER_OTLP_ENDPOINT\` is set, and kept at \`/v1/traces\` (the last ones, see \`--traces\`).
Arguments, results, commands and code are on none of them unless you ask for it.

| Variable | Default | What it does |
| --- | --- | --- |
| \`OTEL_EXPORTER_OTLP_ENDPOINT\`, \`_HEADERS\`, \`_TIMEOUT\`, \`_COMPRESSION\`, \`_CERTIFICATE\`, and those with \`TRACES\` or \`METRICS\` | | where spans and metrics go, and how |
| \`OTEL_SDK_DISABLED\`, \`OTEL_TRACES_EXPORTER\`, \`OTEL_METRICS_EXPORTER\` | | \`true\`, \`none\`, \`none\` switch off |
| \`OTEL_SERVICE_NAME\`, \`OTEL_RESOURCE_ATTRIBUTES\` | | what is said of the process; the gateway's servers keep their own names |
| \`OTEL_TRACES_SAMPLER\`, \`OTEL_TRACES_SAMPLER_ARG\` | \`parentbased_always_on\` | \`always_on\`, \`always_off\`, \`traceidratio\`, and each with \`parentbased_\`. Only without it callers cannot force a trace |
| \`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT\`, \`OTEL_SPAN_EVENT_COUNT_LIMIT\`, \`OTEL_SPAN_LINK_COUNT_LIMIT\` | 128 | most of a span |
| \`OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT\` | 4096 | most characters of a value |
| \`OTEL_BSP_MAX_QUEUE_SIZE\`, \`OTEL_BSP_MAX_EXPORT_BATCH_SIZE\`, \`OTEL_BSP_SCHEDULE_DELAY\` | 2048, 512, 1000 ms | spans that wait, spans of a request, time until they are sent. What does not fit is dropped |
| \`OTEL_METRIC_EXPORT_INTERVAL\` | 60000 ms | how often metrics are sent |
| \`OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT\` | | \`true\` puts arguments and results on \`execute_tool\`, at most 4096 characters each. Values with names such as \`token\` or \`password\`, and text that looks like a key, are hidden; a secret that looks like any other word is not |
| \`SANDLOT_TRACE_REDACT\` | | further names whose values are hidden there, separated by commas |

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
