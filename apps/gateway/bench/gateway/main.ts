/**
 * What a call through the gateway costs, beside a direct connection and the gateways that install from npm, in one run:
 *
 *     npm run bench:gateway [-- rounds [names of targets, or how they begin]]
 *
 * The targets take turns, so that all see the same machine; ours runs with authentication, audit and limits on. One smallest server
 * stands behind each. Ends with 1 when a target of ours is missed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cpuMs, residentMb } from './process-tree.ts';
import { plans, start, type Target } from './targets.ts';

const [roundsText = '10', ...wanted] = process.argv.slice(2);
const rounds = Number(roundsText);
const isWanted = (name: string) => wanted.length === 0 || name === 'direct' || wanted.some((start) => name.startsWith(start));
const roundMs = 600;
/** What a gateway costs all day is measured, not what its first calls cost: Node compiles the code of a call while it is called. */
const warmUpMs = 4000;
/** A start has settled after this time. */
const idleMs = 15_000;

interface Load {
  readonly latencies: number[];
  readonly rates: number[];
  calls: number;
  cpu: number;
}
const load = (): Load => ({ latencies: [], rates: [], calls: 0, cpu: 0 });
const results = new Map<string, { startMs: number; idleMb: number; loadedMb: number; one: Load; many: Load }>();

/** Calls for a while from several callers at once. */
async function run(target: Target, callers: number, into: Load, ms = roundMs): Promise<void> {
  const caller = await target.open();
  await caller.call();
  const latencies: number[] = [];
  const cpu = cpuMs(target.pid);
  const from = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() - from < ms) {
        const at = performance.now();
        await caller.call();
        latencies.push(performance.now() - at);
      }
    }),
  );
  const seconds = (performance.now() - from) / 1000;
  into.cpu += cpuMs(target.pid) - cpu;
  into.calls += latencies.length;
  into.rates.push(latencies.length / seconds);
  into.latencies.push(...latencies);
  caller.close();
}

const folder = mkdtempSync(join(process.env['SANDLOT_BENCH_DIR'] ?? tmpdir(), 'sandlot-bench-'));
const targets: Target[] = [];
try {
  for (const plan of plans(process.env['SANDLOT_BENCH_DIR'] ?? folder).filter(({ name }) => isWanted(name))) {
    const target = await start(plan);
    targets.push(target);
    results.set(target.name, { startMs: target.startMs, idleMb: 0, loadedMb: 0, one: load(), many: load() });
  }
  await delay(idleMs);
  for (const { name, pid } of targets) Object.assign(results.get(name) ?? {}, { idleMb: residentMb(pid) });
  for (const target of targets) for (const callers of [32, 1]) await run(target, callers, load(), warmUpMs);
  for (let round = 0; round < rounds; round++) {
    for (const target of targets) {
      const result = results.get(target.name);
      if (!result) continue;
      await run(target, 1, result.one);
      await run(target, 32, result.many);
      result.loadedMb = residentMb(target.pid);
    }
  }
} finally {
  await Promise.all(targets.map((target) => target.stop()));
  rmSync(folder, { recursive: true, force: true });
}

const quantile = (values: readonly number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;
const floor = quantile(results.get('direct')?.one.latencies ?? [], 0.5);
const rows = [...results].map(([name, { startMs, idleMb, loadedMb, one, many }]) => ({
  name,
  'start ms': Math.round(startMs),
  'idle MB': Math.round(idleMb),
  'loaded MB': Math.round(loadedMb),
  'p50 ms': round3(quantile(one.latencies, 0.5)),
  'added ms': round3(quantile(one.latencies, 0.5) - floor),
  'p99 ms': round3(quantile(one.latencies, 0.99)),
  'CPU ms/call': round3(one.cpu / one.calls),
  'p50 of 32': round3(quantile(many.latencies, 0.5)),
  'calls/s': Math.round(quantile(many.rates, 0.5)),
  'CPU of 32': round3(many.cpu / many.calls),
}));
console.table(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])));

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}

const rate = (name: string) => rows.find((row) => row.name.startsWith(name))?.['calls/s'] ?? Number.NaN;
// What no gateway can go below on this machine.
const bare = rows.find(({ name }) => name === 'bare relay');
const best = rows.filter((row) => row.name.startsWith('sandlot'));
const checks = best.flatMap((row) => [
  { what: `${row.name}: added p50 of one caller, ms`, is: row['added ms'], most: 0.15, bare: bare?.['added ms'] },
  { what: `${row.name}: CPU per call, ms`, is: row['CPU ms/call'], most: 0.3, bare: bare?.['CPU ms/call'] },
  { what: `${row.name}: mcp-hub's calls/s at 32, share of ours`, is: rate('mcp-hub') / row['calls/s'], most: 1 / 1.2 },
  { what: `${row.name}: mcp-proxy's calls/s at 32, share of ours`, is: rate('mcp-proxy 2026') / row['calls/s'], most: 1 / 2.5 },
  { what: `${row.name}: idle memory, MB`, is: row['idle MB'], most: 100 },
  { what: `${row.name}: start to first answer, ms`, is: row['start ms'], most: 600 },
]);
for (const { what, is, most, bare: least } of checks) {
  const floor = least === undefined ? '' : `; a bare relay: ${least}`;
  console.log(`${is <= most ? 'ok    ' : 'MISSED'} ${what}: ${round3(is)} (at most ${round3(most)}${floor})`);
}
if (checks.some(({ is, most }) => !(is <= most))) process.exitCode = 1;
