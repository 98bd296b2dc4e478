/** Switches telemetry on, when the standard `OTEL_*` variables or the gateway ask for it. Otherwise no SDK module is loaded. */
import { environment } from '../config/load.ts';

import type { Snapshot } from './recorder.ts';

/** Tells a server the socket on which the gateway takes its spans. */
export const traceSocketVariable = 'SANDLOT_TRACE_SOCKET';

/** A running exporter. */
export interface Telemetry {
  /** Sends what is left, for less than a second. Never throws. */
  stop(): Promise<void>;
}

/** Options of {@link startTelemetry}. */
export interface TelemetryOptions {
  /** `service.name` unless `OTEL_SERVICE_NAME` says otherwise. */
  serviceName: string;
  serviceVersion: string;
  /** Gets spans as OTLP export requests, besides a collector. Default: the gateway's socket, where there is one. */
  keep?: (request: string) => void | Promise<void>;
  /** The metrics of the moment. Default: what this process has counted. */
  look?: () => Promise<Snapshot>;
  /** Default: this process's environment. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** True when the environment asks for traces. */
export function wantsTelemetry(env: Readonly<Record<string, string | undefined>> = environment()): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false;
  if (env['OTEL_TRACES_EXPORTER'] === 'none') return false;
  return Boolean(
    env['OTEL_EXPORTER_OTLP_ENDPOINT'] ??
    env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ??
    (env['OTEL_TRACES_EXPORTER'] === 'otlp' || undefined),
  );
}

/** True when the environment asks for metrics by OTLP. `/metrics` needs none of this. */
export function wantsMetrics(env: Readonly<Record<string, string | undefined>> = environment()): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false;
  if (env['OTEL_METRICS_EXPORTER'] !== undefined && env['OTEL_METRICS_EXPORTER'] !== 'otlp') return false;
  return Boolean(
    env['OTEL_EXPORTER_OTLP_ENDPOINT'] ??
    env['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'] ??
    (env['OTEL_METRICS_EXPORTER'] === 'otlp' || undefined),
  );
}

/** Starts exporting by OTLP/HTTP, or keeping spans, if asked for. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry | undefined> {
  const { env = environment(), keep } = options;
  const isKept = (keep !== undefined || Boolean(env[traceSocketVariable])) && env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true';
  if (!isKept && !wantsTelemetry(env) && !wantsMetrics(env)) return undefined;
  const { startSdk } = await import('#sdk');
  return startSdk(options);
}
