/** Sends spans to a collector by OTLP/HTTP, with what the SDK's transport knows: headers, time limit, retries, compression, TLS. */
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import type { Send } from './batch.ts';

/** Sends to where `OTEL_EXPORTER_OTLP_*` says. */
export function toCollector(): Send {
  const encoder = new TextEncoder();
  const exporter = new OTLPExporterBase<string>(
    createOtlpHttpExportDelegate(
      convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', { 'Content-Type': 'application/json' }),
      { serializeRequest: (text: string) => encoder.encode(text), deserializeResponse: () => ({}) },
      'otlp_http_json_span_exporter',
      { name: 'span', countItems: () => 1 },
      undefined,
    ),
  );
  return (request) =>
    new Promise((resolve, reject) => {
      exporter.export(request, ({ code, error }) => {
        if (code === ExportResultCode.SUCCESS) resolve();
        else reject(error ?? new Error('The collector did not take the spans.'));
      });
    });
}
