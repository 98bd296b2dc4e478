/** Hands spans on as OTLP/JSON inside this machine: to the gateway's own memory, or to its socket. */
import { request } from 'node:http';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

/** Takes an OTLP export request as text. */
export type TakeSpans = (request: string) => void | Promise<void>;

/** An exporter that gives each batch to a function. */
export function localExporter(take: TakeSpans): SpanExporter {
  const decoder = new TextDecoder();
  return {
    export(spans, done) {
      const bytes = JsonTraceSerializer.serializeRequest(spans);
      void deliver(take, bytes && decoder.decode(bytes), done);
    },
    shutdown: () => Promise.resolve(),
  };
}

async function deliver(take: TakeSpans, body: string | undefined, done: (result: ExportResult) => void): Promise<void> {
  done(await delivered(take, body));
}

async function delivered(take: TakeSpans, body: string | undefined): Promise<ExportResult> {
  try {
    if (body !== undefined) await take(body);
    return { code: ExportResultCode.SUCCESS };
  } catch (error) {
    return { code: ExportResultCode.FAILED, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Sends requests to a Unix socket. */
export function toSocket(path: string): TakeSpans {
  return (body) =>
    new Promise((resolve, reject) => {
      const sent = request({ socketPath: path, path: '/v1/traces', method: 'POST', agent: false, timeout: 2000 }, (response) => {
        response.resume();
        response.once('end', resolve);
      });
      sent.once('timeout', () => sent.destroy());
      sent.once('error', reject);
      sent.end(body);
    });
}
