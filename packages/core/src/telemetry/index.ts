/** Telemetry for product code: spans through the API only, and metrics. */
export { AgentUse, type OwnedTree } from './agent-use.ts';
export { attributes, errorType, traceKeys } from './conventions.ts';
export { type MetricDefinition, metricDefinitions, type MetricName } from './metric-definitions.ts';
export { type SpanDefinition, spanDefinitions } from './span-definitions.ts';
export { contentOnSpan } from './content.ts';
export { prometheusName, prometheusText, prometheusType } from './prometheus.ts';
export { mergeSnapshots, meter, metricNames, Recorder, type Snapshot, snapshotSchema, timed, withoutGauges } from './recorder.ts';
export { contextFromMeta, contextToMeta, handOnTrace, isTracing, markFailed, traceEnvironment, withSpan } from './span.ts';
export { startTelemetry, type Telemetry, type TelemetryOptions, traceSocketVariable, wantsTelemetry } from './start.ts';
