import { otlpSink, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { startGatewayProcess } from '../../../apps/gateway/demo/gateway-process.ts';
import { startServer } from './kit.ts';

it('traces a command with its end, and hands it the trace and the collector but not the key', async () => {
  await using folder = await temporaryFolder();
  await using sink = await otlpSink();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=secret', OTEL_BSP_SCHEDULE_DELAY: '50' };
  await using server = await startServer(folder.path, env);
  const result = await server.client.callTool({
    name: 'shell_exec',
    arguments: { command: 'env | grep -E "OTEL|TRACEPARENT"; exit 3' },
  });
  const text = JSON.stringify(result.content);
  const [, trace, span] = /TRACEPARENT=00-(\w{32})-(\w{16})-/.exec(text) ?? [];
  expect(text).toContain(sink.url);
  expect(text).not.toContain('secret');

  const killed = await server.client.callTool({ name: 'shell_exec', arguments: { command: 'kill -9 $$' } });
  expect(killed.structuredContent).toMatchObject({ status: 'killed', signal: 'SIGKILL' });
  await sink.waitFor((spans) => spans.filter(({ name }) => name === 'process.exec').length === 2);
  await sink.waitFor((spans) => spans.some(({ name }) => name === 'execute_tool shell_exec'));
  const exec = sink.spans.find(({ spanId }) => spanId === span);
  expect(exec).toMatchObject({ traceId: trace, name: 'process.exec', attributes: { 'process.exit.code': 3 } });
  expect(exec?.attributes['process.duration_ms']).toBeGreaterThan(0);
  expect(exec?.attributes['process.output_bytes']).toBeGreaterThan(100);
  expect(exec?.attributes['process.cpu.time_ms']).toBeTypeOf('number');
  expect(sink.spans.find(({ spanId }) => spanId === exec?.parentSpanId)?.name).toBe('execute_tool shell_exec');
  expect(sink.spans.find(({ attributes }) => attributes['process.exit.signal'] === 'SIGKILL')).toBeDefined();
});

it('sends what ended while the collector took its time', async () => {
  await using folder = await temporaryFolder();
  const taken = Promise.withResolvers<void>();
  await using sink = await otlpSink(() => taken.promise);
  await using server = await startServer(folder.path, { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' });
  const exec = (command: string) => server.client.callTool({ name: 'shell_exec', arguments: { command } });
  const ended = (count: number) => sink.waitFor((spans) => spans.filter(({ name }) => name === 'process.exec').length === count);
  await exec('true');
  await ended(1);
  await exec('true');
  // When they are due, the first are still under way.
  const due = Date.now() + 300;
  await expect.poll(() => Date.now()).toBeGreaterThan(due);
  taken.resolve();
  await ended(2);
});

it('hands a command the trace of the caller unchanged when the server itself traces nothing', async () => {
  await using folder = await temporaryFolder();
  await using server = await startServer(folder.path);
  const seen = async (_meta: Record<string, string>) => {
    const result = await server.client.callTool({
      name: 'shell_exec',
      arguments: { command: 'echo "${TRACEPARENT-none} ${TRACESTATE-none}"' },
      _meta,
    });
    return JSON.stringify(result.content);
  };
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  expect(await seen({ traceparent, tracestate: 'a=1,b=2' })).toContain(`${traceparent} a=1,b=2\\n`);
  expect(await seen({ traceparent })).toContain(`${traceparent} none\\n`);
  expect(await seen({})).toContain('none none\\n');
  expect(await seen({ traceparent: 'x\0y', tracestate: 'a=1' })).toContain('none none\\n');
});

it('takes the traceparent of a REST call to the span and to the command, with a collector and without', async () => {
  await using sink = await otlpSink();
  const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
  for (const [trace, env] of [
    ['1af7651916cd43dd8448eb211c80319c', { SANDLOT_TRACES: '0' }],
    ['2af7651916cd43dd8448eb211c80319c', collector],
  ] as const) {
    await using state = await temporaryFolder();
    await using gateway = await startGatewayProcess({ SANDLOT_STATE_DIR: state.path, ...env });
    const headers = {
      authorization: `Bearer ${gateway.key}`,
      'content-type': 'application/json',
      traceparent: `00-${trace}-b7ad6b7169203331-01`,
    };
    const body = JSON.stringify({ command: 'echo "$TRACEPARENT"' });
    const response = await fetch(`${gateway.url}/v1/mcp/shell/tools/shell_exec`, { method: 'POST', headers, body });
    const [, span] = new RegExp(`00-${trace}-(\\w{16})-01`).exec(await response.text()) ?? [];
    expect(span).toBeDefined();
    if (env !== collector) continue;
    await sink.waitFor((spans) => spans.some(({ spanId }) => spanId === span));
    expect(sink.spans.find(({ spanId }) => spanId === span)).toMatchObject({ name: 'process.exec', traceId: trace });
    await sink.waitFor((spans) => spans.some(({ parentSpanId }) => parentSpanId === 'b7ad6b7169203331'));
  }
});
