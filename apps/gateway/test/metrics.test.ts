import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kill } from '@sandlot/core/testing';
import { expect, test } from 'vitest';
import { keyEntry, type RealGateway, realGateway } from './real-gateway.ts';

/** The value of a series; undefined when there is none. */
async function valueOf({ request }: RealGateway, series: string): Promise<number | undefined> {
  const text = await (await request('/metrics')).text();
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

const reader = 'reader-secret-0123456789';
const worker = 'worker-secret-0123456789';

test('/metrics takes the scope metrics:read and nothing less', async () => {
  const keys = [keyEntry('prometheus', reader, ['metrics:read']), keyEntry('worker', worker, ['file:*'])];
  await using gateway = await realGateway(['file'], { auth: { keys } });
  expect((await gateway.request('/metrics', { as: undefined })).status).toBe(401);
  expect((await gateway.request('/metrics', { as: worker })).status).toBe(403);
  const answer = await gateway.request('/metrics', { as: reader });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test('calls and errors are counted by server and tool, over REST and MCP, in the process that serves them and across its end', async () => {
  await using gateway = await realGateway(['file']);
  const client = (tool: string, more = '') =>
    `mcp_client_operation_duration_seconds_count{mcp_method_name="tools/call",gen_ai_tool_name="${tool}"${more},sandlot_server="file"}`;
  const writes = (await valueOf(gateway, client('file_write'))) ?? 0;
  const errors = (await valueOf(gateway, client('file_read', ',error_type="tool_error"'))) ?? 0;
  await gateway.call(keyOf(gateway), 'file_write', { path: 'a.txt', content: 'a' });
  await gateway.call(keyOf(gateway), 'file_read', { path: 'missing.txt' });
  const rpc = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'file_write', arguments: { path: 'b.txt', content: 'b' }, _meta: envelope },
  };
  const headers = {
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'file_write',
  };
  const answer = await gateway.request('/mcp', { method: 'POST', body: JSON.stringify(rpc), headers });
  expect(answer.status).toBe(200);
  await answer.text();
  expect(await valueOf(gateway, client('file_write'))).toBe(writes + 2);
  expect(await valueOf(gateway, client('file_read', ',error_type="tool_error"'))).toBe(errors + 1);
  const server =
    'mcp_server_operation_duration_seconds_count{mcp_method_name="tools/call",gen_ai_tool_name="file_write",gen_ai_operation_name="execute_tool",network_transport="tcp",sandlot_server="file"}';
  expect(await valueOf(gateway, server)).toBeGreaterThanOrEqual(1);
  expect(await valueOf(gateway, 'sandlot_fs_io_bytes_total{direction="write"}')).toBe(2);
  const operations = 'sandlot_fs_operation_duration_seconds_count{operation="write",outcome="ok"}';
  expect(await valueOf(gateway, operations)).toBe(2);
  expect(await valueOf(gateway, 'sandlot_server_up{sandlot_server="file"}')).toBe(1);
  expect(await valueOf(gateway, 'sandlot_server_memory_usage_bytes{sandlot_server="file"}')).toBeGreaterThan(1e7);
  const pid = gateway.gateway.registry.get('file')?.health().pid ?? 0;
  kill(pid);
  await expect.poll(() => valueOf(gateway, 'sandlot_server_up{sandlot_server="file"}')).toBe(0);
  expect(await valueOf(gateway, 'sandlot_server_restarts_total{sandlot_server="file",reason="SIGKILL"}')).toBeGreaterThanOrEqual(1);
  expect(await valueOf(gateway, operations)).toBe(2);
  await gateway.call(keyOf(gateway), 'file_write', { path: 'c.txt', content: 'c' });
  expect(await valueOf(gateway, operations)).toBe(3);
});

test('CPU time, memory and processes are shown by agent, while its commands and code run and after', async () => {
  const keys = [keyEntry('ada', reader, ['*']), keyEntry('bob', worker, ['*'])];
  await using gateway = await realGateway(['shell', 'code'], { auth: { keys } });
  const ofAda = (metric: string, server = 'shell') => valueOf(gateway, `${metric}{sandlot_principal="key:ada",sandlot_server="${server}"}`);
  // Bounded: it ends by itself.
  const busy = 'timeout 120 sh -c "while :; do :; done"';
  const started = await gateway.call(reader, 'shell_exec', { command: busy, wait_ms: 0 });
  expect(started.status).toBe(200);
  await expect.poll(() => ofAda('sandlot_agent_cpu_time_seconds_total'), { timeout: 60_000 }).toBeGreaterThan(0.5);
  expect(await ofAda('sandlot_agent_processes')).toBeGreaterThanOrEqual(2);
  expect(await ofAda('sandlot_agent_memory_usage_bytes')).toBeGreaterThan(1e6);
  const loop = 'const until = Date.now() + 2000; while (Date.now() < until); until';
  expect((await gateway.call(reader, 'code_execute', { language: 'javascript', code: loop })).status).toBe(200);
  await expect.poll(() => ofAda('sandlot_agent_cpu_time_seconds_total', 'code'), { timeout: 60_000 }).toBeGreaterThan(0.3);
  expect(await ofAda('sandlot_agent_memory_usage_bytes', 'code')).toBeGreaterThan(1e7);
  expect(await valueOf(gateway, 'sandlot_agent_processes{sandlot_principal="key:bob",sandlot_server="shell"}')).toBeUndefined();

  const before = (await ofAda('sandlot_agent_cpu_time_seconds_total')) ?? Number.NaN;
  const [, process] = /"process_id":"(\w+)"/.exec(JSON.stringify(started.body)) ?? [];
  expect((await gateway.call(reader, 'shell_kill', { process_id: process })).status).toBe(200);
  await expect.poll(() => ofAda('sandlot_agent_processes'), { timeout: 60_000 }).toBeUndefined();
  expect(await ofAda('sandlot_agent_cpu_time_seconds_total')).toBeGreaterThanOrEqual(before);
}, 300_000);

test('10,000 different paths, addresses, tools and methods make no more series', async () => {
  await using gateway = await realGateway(['file']);
  const series = async () => (await (await gateway.request('/metrics')).text()).split('\n').length;
  const call = (n: number) =>
    Promise.all([
      gateway.call(keyOf(gateway), 'file_read', { path: `path-${n}.txt` }),
      gateway.request(`/page-${n}?x=${n}`),
      gateway
        .request('/mcp', {
          method: 'POST',
          headers: { accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2026-07-28' },
          body: JSON.stringify({
            jsonrpc: '2.0',
            id: n,
            method: n % 2 ? `odd/${n}` : 'tools/call',
            params: { name: `tool_${n}`, _meta: envelope },
          }),
        })
        .then((answer) => answer.text()),
    ]);
  for (let n = 0; n < 20; n++) await call(n);
  // The delay of the event loop is there from the second look on.
  await series();
  const before = await series();
  for (let n = 20; n < 10_000 / 3; n += 10) await Promise.all(Array.from({ length: 10 }, (_, at) => call(n + at)));
  expect(await series()).toBe(before);
}, 300_000);

test('starts are counted over the life of the state folder, and those after a crash', async () => {
  await using first = await realGateway(['file']);
  const path = join(first.folder, 'state', 'boots.json');
  expect(await valueOf(first, 'sandlot_boot_count_total')).toBe(1);
  const state = JSON.parse(await readFile(path, 'utf8')) as { run: string };
  expect(state.run).toMatch(new RegExp(`^${process.pid} `));
  await writeFile(path, JSON.stringify({ ...state, run: state.run.replace(/^\d+ \d+/, '1 1') }));
  const { countBoot } = await import('../src/metrics/boots.ts');
  {
    await using second = await countBoot(join(first.folder, 'state'));
    expect(second).toMatchObject({ boots: 2, crashes: 1 });
  }
  {
    await using third = await countBoot(join(first.folder, 'state'));
    expect(third).toMatchObject({ boots: 3, crashes: 1 });
  }
  await rm(path);
});

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

function keyOf({ listening }: RealGateway): string {
  return listening.apiKey ?? '';
}
