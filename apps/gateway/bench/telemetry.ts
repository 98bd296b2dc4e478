/**
 * What tracing costs a call, at 200 calls a second through the gateway and the file server behind it, in one run:
 *
 *     npm run bench:telemetry [-- rounds]
 *
 * Four gateways take turns: without tracing, keeping the last 100 traces, sending to a collector, and sending to one that takes
 * connections and never answers. CPU time is that of the gateway and its server. Ends with 1 when a target is missed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { startGatewayProcess } from '../demo/gateway-process.ts';
import { type Caller, openStreamable } from './gateway/callers.ts';
import { treeOf } from './gateway/process-tree.ts';

const rounds = Number(process.argv[2] ?? 8);
const [perSecond, roundMs] = [200, 2000];
const warmUpCalls = 8000;
const self = fileURLToPath(import.meta.url);

interface Measured {
  readonly latencies: number[];
  readonly cpuMs: number[];
}

/** CPU time of a tree so far, in milliseconds, to the nanosecond: https://www.kernel.org/doc/html/latest/scheduler/sched-stats.html. */
function cpuMs(pid: number): number {
  const threads = treeOf(pid).flatMap((one) => readdirSync(`/proc/${one}/task`).map((thread) => `/proc/${one}/task/${thread}/schedstat`));
  return threads.reduce((sum, path) => sum + Number(readFileSync(path, 'utf8').split(' ')[0]) / 1e6, 0);
}

/** Calls at a fixed rate, whatever the answers take. */
async function load(caller: Caller): Promise<number[]> {
  const latencies: number[] = [];
  const calls: Promise<void>[] = [];
  const from = performance.now();
  for (let n = 0; n < (perSecond * roundMs) / 1000; n++) {
    const due = from + (n * 1000) / perSecond;
    if (due > performance.now()) await delay(due - performance.now());
    const at = performance.now();
    calls.push(caller.call().then(() => void latencies.push(performance.now() - at)));
  }
  await Promise.all(calls);
  return latencies;
}

/** A collector in a process of its own, so that its work is not counted. */
async function startCollector(kind: 'answers' | 'silent'): Promise<{ url: string; child: ChildProcess }> {
  const child = fork(self, [kind], { execArgv: process.execArgv });
  const [url] = await once(child, 'message');
  return { url: String(url), child };
}

async function collect(kind: string): Promise<void> {
  const server =
    kind === 'silent'
      ? createSocketServer((socket) => socket.on('error', () => undefined).resume())
      : createServer((request, response) => request.resume().once('end', () => response.end('{}')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  process.send?.(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
  process.once('disconnect', () => process.exit());
}

async function measure(): Promise<void> {
  const [collector, silent] = [await startCollector('answers'), await startCollector('silent')];
  await using stack = new AsyncDisposableStack();
  stack.defer(() => [collector, silent].forEach(({ child }) => child.disconnect()));
  const plans: readonly (readonly [string, Record<string, string>])[] = [
    ['off', {}],
    ['traces kept', { SANDLOT_TRACES: '100' }],
    ['collector', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces` }],
    ['silent collector', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${silent.url}/v1/traces` }],
  ];
  const targets: { name: string; pid: number; caller: Caller; result: Measured }[] = [];
  for (const [name, env] of plans) {
    const limits = { SANDLOT_RATE_PER_SECOND: '1000000', SANDLOT_RATE_BURST: '1000000' };
    const gateway = stack.use(await startGatewayProcess({ ...limits, ...env }));
    await writeFile(join(gateway.workspace, 'hello.txt'), 'Hello, you!');
    const headers = { authorization: `Bearer ${gateway.key}` };
    const call = { tool: 'file_read', args: { path: 'hello.txt' } };
    const caller = await openStreamable({ url: `${gateway.url}/mcp`, headers, era: '2026-07-28', ...call });
    stack.defer(() => caller.close());
    // As after minutes of such a load: before, most of the time goes into compiling what is called for the first time.
    for (let n = 0; n < warmUpCalls / 8; n++) await Promise.all(Array.from({ length: 8 }, () => caller.call()));
    targets.push({ name, pid: gateway.pid, caller, result: { latencies: [], cpuMs: [] } });
  }
  for (let round = 0; round <= rounds; round++) {
    for (const { pid, caller, result } of targets) {
      const before = cpuMs(pid);
      const latencies = await load(caller);
      // Batches are sent within a second.
      await delay(1200);
      // The first round only warms up.
      if (round === 0) continue;
      result.latencies.push(...latencies);
      result.cpuMs.push((cpuMs(pid) - before) / latencies.length);
    }
  }
  report(targets);
}

function report(targets: readonly { name: string; result: Measured }[]): void {
  const quantile = (values: readonly number[], part: number) =>
    values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;
  const without = targets[0]?.result.cpuMs ?? [];
  const rows = targets.map(({ name, result: { latencies, cpuMs: cpu } }) => ({
    name,
    cpu: quantile(cpu, 0.5),
    // Of the same round: what else runs on the machine comes and goes.
    added: quantile(
      cpu.map((ms, round) => ms - (without[round] ?? Number.NaN)),
      0.5,
    ),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  }));
  const [off, ...on] = rows;
  if (!off) return;
  console.table(
    Object.fromEntries(
      rows.map(({ name, cpu, added, p50, p99 }) => [
        name,
        { 'CPU ms/call': cpu.toFixed(3), 'added CPU ms': added.toFixed(3), 'p50 ms': p50.toFixed(2), 'p99 ms': p99.toFixed(2) },
      ]),
    ),
  );
  const checks = [
    ...on.map(({ name, added }) => ({ what: `${name}: CPU that tracing adds to a call, ms`, is: added, most: 0.1 })),
    { what: 'silent collector: p99 beside that without tracing', is: (rows.at(-1)?.p99 ?? Number.NaN) / off.p99, most: 1.05 },
  ];
  for (const { what, is, most } of checks) console.log(`${is <= most ? 'ok    ' : 'MISSED'} ${what}: ${is.toFixed(3)} (at most ${most})`);
  if (checks.some(({ is, most }) => !(is <= most))) process.exitCode = 1;
}

const [, , kind] = process.argv;
if (kind === 'answers' || kind === 'silent') await collect(kind);
else await measure();
