/** Jaeger 2 on loopback, with its traces in memory: https://www.jaegertracing.io/docs/2.13/deployment/configuration/. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type ReceivedSpan, spansOf, temporaryFolder } from '@sandlot/core/testing';
import { expect } from 'vitest';
import { z } from 'zod';

/** A running Jaeger. */
export interface Jaeger extends AsyncDisposable {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  /** Names of all services of which it has spans. */
  services(): Promise<string[]>;
  /** The spans of all traces in which a service has one, by trace. */
  traces(service: string): Promise<ReceivedSpan[][]>;
}

/** Starts it. @param binary path of the program */
export async function startJaeger(binary: string): Promise<Jaeger> {
  const folder = await temporaryFolder();
  const [otlp, http, grpc] = [await freePort(), await freePort(), await freePort()];
  const config = join(folder.path, 'jaeger.yaml');
  await writeFile(config, configOf(otlp, http, grpc));
  // It would trace itself, too, and send that to a collector on the usual port.
  const child = spawn(binary, ['--config', config], { env: { OTEL_TRACES_SAMPLER: 'always_off' }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-10_000)));
  const ask = async (path: string): Promise<{ status: number; body: unknown }> => {
    if (child.exitCode !== null) throw new Error(`Jaeger has ended. It said:\n${said}`);
    const answer = await fetch(`http://127.0.0.1:${http}/api/v3/${path}`);
    return { status: answer.status, body: await answer.json() };
  };
  const jaeger: Jaeger = {
    url: `http://127.0.0.1:${otlp}`,
    services: async () => servicesSchema.parse((await ask('services')).body).services,
    async traces(service) {
      const [from, to] = [-3_600_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
      const query = { 'query.service_name': service, 'query.start_time_min': from ?? '', 'query.start_time_max': to ?? '' };
      const { status, body } = await ask(`traces?${new URLSearchParams({ ...query, 'query.num_traces': '50' }).toString()}`);
      if (status === 404) return [];
      expect(status, JSON.stringify(body)).toBe(200);
      const ids = new Set(spansOf(resultSchema.parse(body).result).map(({ traceId }) => traceId));
      return Promise.all([...ids].map(async (id) => spansOf(resultSchema.parse((await ask(`traces/${id}`)).body).result)));
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await folder[Symbol.asyncDispose]();
    },
  };
  await expect.poll(() => jaeger.services().catch(() => undefined), { timeout: 60_000 }).toEqual([]);
  return jaeger;
}

const servicesSchema = z.object({ services: z.array(z.string()).default([]) });
const resultSchema = z.object({ result: z.unknown() });

function configOf(otlp: number, http: number, grpc: number): string {
  return `
extensions:
  jaeger_storage: { backends: { memory: { memory: { max_traces: 1000 } } } }
  jaeger_query:
    storage: { traces: memory }
    http: { endpoint: "127.0.0.1:${http}" }
    grpc: { endpoint: "127.0.0.1:${grpc}" }
receivers:
  otlp: { protocols: { http: { endpoint: "127.0.0.1:${otlp}" } } }
exporters:
  jaeger_storage_exporter: { trace_storage: memory }
service:
  extensions: [jaeger_storage, jaeger_query]
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp], exporters: [jaeger_storage_exporter] }
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
