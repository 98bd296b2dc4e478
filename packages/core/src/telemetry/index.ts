/** Tracing for product code: the API only. */
export { attributes, errorType, traceKeys } from './conventions.ts';
export { contextFromMeta, contextToMeta, isTracing, markFailed, traceEnvironment, withSpan } from './span.ts';
export { startTelemetry, type Telemetry, type TelemetryOptions, wantsTelemetry } from './start.ts';
