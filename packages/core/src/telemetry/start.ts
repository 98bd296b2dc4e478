/** Switches tracing on, when the standard `OTEL_*` variables ask for it. Otherwise no SDK module is loaded. */
import { environment } from '../config/load.ts';

/** A running exporter. */
export interface Telemetry {
  /** Sends what is left, for at most 2 s. Never throws. */
  stop(): Promise<void>;
}

/** Options of {@link startTelemetry}. */
export interface TelemetryOptions {
  /** `service.name` unless `OTEL_SERVICE_NAME` says otherwise. */
  serviceName: string;
  serviceVersion: string;
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

/** Starts exporting spans by OTLP/HTTP, if asked for. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry | undefined> {
  if (!wantsTelemetry(options.env)) return undefined;
  const { startSdk } = await import('./sdk.ts');
  return startSdk(options);
}
