/**
 * The OpenTelemetry SDK, loaded only when traces or metrics are asked for. A hand-picked set: `@opentelemetry/sdk-node` as a whole costs
 * five times the start-up time and eight times the memory.
 */
import { context, propagation, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, type Sampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import { environment } from '../config/load.ts';
import { SpanBatch } from './batch.ts';
import { ChainedContextManager } from './context.ts';
import { batchLimits, spanLimits } from './limits.ts';
import { toSocket } from './local-exporter.ts';
import { toCollector } from './otlp-traces.ts';
import { toList } from './recording-span.ts';
import { LeanTracer } from './tracer.ts';
import { meter } from './recorder.ts';
import { type Telemetry, type TelemetryOptions, traceSocketVariable, wantsMetrics, wantsTelemetry } from './start.ts';

/** Our servers and then the gateway wait for this long: two seconds together. */
const shutdownMs = 900;

/** Registers tracer provider, context manager and W3C propagators, and sends metrics: each as far as it is asked for. */
export async function startSdk(options: TelemetryOptions): Promise<Telemetry> {
  const env = options.env ?? environment();
  // Only these: the default resource would carry the command line, and with it secrets given as arguments.
  const resource = resourceFromAttributes({
    'service.name': env['OTEL_SERVICE_NAME'] ?? options.serviceName,
    'service.version': options.serviceVersion,
    'service.namespace': 'sandlot',
    ...resourceAttributes(env['OTEL_RESOURCE_ATTRIBUTES']),
  });
  const stops: (() => Promise<void>)[] = [];
  const batches = batchesOf(options, env, JSON.stringify(toList(resource.attributes)));
  if (batches.length > 0) {
    const sampler = samplerOf(env['OTEL_TRACES_SAMPLER'], env['OTEL_TRACES_SAMPLER_ARG']);
    const done = (json: string) => batches.forEach((batch) => batch.add(json));
    context.setGlobalContextManager(new ChainedContextManager().enable());
    propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
    );
    trace.setGlobalTracerProvider(new LeanTracer({ sampler, limits: spanLimits(env), done }));
    stops.push(...batches.map((batch) => () => batch.flush()));
  }
  if (wantsMetrics(env)) {
    const { startMetrics } = await import('./otlp-metrics.ts');
    stops.push(startMetrics(resource, options.look ?? (() => Promise.resolve(meter.snapshot())), env));
  }
  return {
    async stop() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, shutdownMs);
      // A collector that is down must neither delay nor fail the end of the process.
      await Promise.race([Promise.allSettled(stops.map((stop) => stop())), promise]);
      clearTimeout(timer);
    },
  };
}

function batchesOf({ keep }: TelemetryOptions, env: Readonly<Record<string, string | undefined>>, resource: string): SpanBatch[] {
  const socket = env[traceSocketVariable];
  const take = keep ?? (socket ? toSocket(socket) : undefined);
  return [
    ...(wantsTelemetry(env) ? [new SpanBatch(resource, batchLimits(env, 1000), toCollector(), meter)] : []),
    ...(take ? [new SpanBatch(resource, batchLimits(env, 400), async (request) => take(request))] : []),
  ];
}

/** Undefined is `parentbased_always_on`, the default of the specification. */
function samplerOf(name = '', argument = '1'): Sampler | undefined {
  const ratio = new TraceIdRatioBasedSampler(Number(argument));
  const samplers: Record<string, Sampler> = {
    always_on: new AlwaysOnSampler(),
    always_off: new AlwaysOffSampler(),
    traceidratio: ratio,
    parentbased_always_off: new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    parentbased_traceidratio: new ParentBasedSampler({ root: ratio }),
  };
  return samplers[name];
}

/** `key=value,key=value`, values percent-encoded, as in the OpenTelemetry specification. */
function resourceAttributes(text = ''): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('='));
  return Object.fromEntries(
    pairs.flatMap(([key, value]) => (key?.trim() && value !== undefined ? [[key.trim(), decodeURIComponent(value.trim())]] : [])),
  );
}
