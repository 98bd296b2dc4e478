/** The main job, seen in a real Jaeger when SANDLOT_TEST_JAEGER names its program (build-jaeger.sh makes it), else in the receiver of this process. */
import { makeContacts } from '../../apps/gateway/demo/crm/contacts.ts';
import { startGatewayProcess } from '../../apps/gateway/demo/gateway-process.ts';
import { otlpSink, type ReceivedSpan } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { startJaeger } from './jaeger.ts';
import { checkMainJob, demo, servers } from './main-job-trace.ts';

const binary = process.env['SANDLOT_TEST_JAEGER'];
const where = binary ? 'a real Jaeger' : 'the receiver of this process (SANDLOT_TEST_JAEGER names no Jaeger)';

/** Where spans go, and how they are found again. */
interface Backend extends AsyncDisposable {
  readonly url: string;
  traces(service: string): Promise<ReceivedSpan[][]>;
}

async function receiver(): Promise<Backend> {
  const sink = await otlpSink();
  return {
    url: sink.url,
    traces(service) {
      const byTrace = [...Map.groupBy(sink.spans, ({ traceId }) => traceId).values()];
      return Promise.resolve(byTrace.filter((spans) => spans.some((span) => span.service === service)));
    },
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  };
}

it(`the main job is one trace with the right tree in ${where}, and holds no secret`, { timeout: 600_000 }, async () => {
  console.log(`The trace of the main job is looked for in ${where}.`);
  await using backend = binary ? await startJaeger(binary) : await receiver();
  const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url };
  let key: string;
  {
    await using gateway = await startGatewayProcess(tracing);
    ({ key } = gateway);
    const run = await demo(['--url', gateway.url, '--key', key, '--seed', '13'], tracing);
    expect(run.code, run.stderr).toBe(0);
  }
  const traces = await backend.traces('sandlot-demo');
  expect(traces).toHaveLength(1);
  const [spans = []] = traces;
  checkMainJob(spans);
  for (const server of servers) expect(await backend.traces(`sandlot-${server}`)).toHaveLength(1);
  for (const secret of [key, makeContacts(13)[0]?.name]) expect(JSON.stringify(spans)).not.toContain(secret);
});
