/**
 * The OpenTelemetry SDK, loaded only when tracing is on. A hand-picked set: `@opentelemetry/sdk-node` as a whole costs
 * five times the start-up time and eight times the memory.
 */
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { environment } from '../config/load.ts';
import type { Telemetry, TelemetryOptions } from './start.ts';

const shutdownMs = 2000;

/** Registers tracer provider, context manager and W3C propagators. */
export function startSdk(options: TelemetryOptions): Telemetry {
  const env = options.env ?? environment();
  const provider = new TracerProvider({
    sampler: samplerOf(env['OTEL_TRACES_SAMPLER'], env['OTEL_TRACES_SAMPLER_ARG']),
    // Only these: the default resource would carry the command line, and with it secrets given as arguments.
    resource: resourceFromAttributes({
      'service.name': env['OTEL_SERVICE_NAME'] ?? options.serviceName,
      'service.version': options.serviceVersion,
      'service.namespace': 'sandlot',
      ...resourceAttributes(env['OTEL_RESOURCE_ATTRIBUTES']),
    }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: Number(env['OTEL_BSP_SCHEDULE_DELAY'] ?? 1000) }),
    ],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }));
  trace.setGlobalTracerProvider(provider);
  return {
    async stop() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, shutdownMs);
      // A collector that is down must neither delay nor fail the end of the process.
      await Promise.race([provider.shutdown().catch(() => undefined), promise]);
      clearTimeout(timer);
    },
  };
}

function samplerOf(name = 'parentbased_always_on', argument = '1'): Sampler {
  const ratio = new TraceIdRatioBasedSampler(Number(argument));
  const samplers: Record<string, Sampler> = {
    always_on: new AlwaysOnSampler(),
    always_off: new AlwaysOffSampler(),
    traceidratio: ratio,
    parentbased_always_on: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    parentbased_always_off: new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    parentbased_traceidratio: new ParentBasedSampler({ root: ratio }),
  };
  return samplers[name] ?? new ParentBasedSampler({ root: new AlwaysOnSampler() });
}

/** `key=value,key=value`, values percent-encoded, as in the OpenTelemetry specification. */
function resourceAttributes(text = ''): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('='));
  return Object.fromEntries(
    pairs.flatMap(([key, value]) => (key?.trim() && value !== undefined ? [[key.trim(), decodeURIComponent(value.trim())]] : [])),
  );
}
