import { otlpSink, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
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
