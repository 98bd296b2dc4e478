/**
 * What the audit trail costs: microseconds per call at 1 and at 32 callers, and seconds to verify a million records.
 *
 *     node --conditions=@sandlot/source apps/gateway/bench/audit.ts [folder]
 */
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@sandlot/core';
import { findLogs } from '../src/audit/folder.ts';
import { type AuditTrail, openAudit } from '../src/audit/trail.ts';
import { verifyLog } from '../src/audit/verify.ts';

const folder = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'sandlot-audit-'));
const log = createLog({ name: 'bench' });
const record = {
  principal: 'key-1',
  server: 'file',
  tool: 'file_read',
  method: 'tools/call',
  args: { path: 'src/index.ts', limit: 100 },
  decision: 'allow' as const,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
};
const end = { outcome: 'ok' as const, bytesOut: 4096, durationMs: 1.5 };

function show(what: string, times: number[], wallMs: number): void {
  times.sort((a, b) => a - b);
  const at = (part: number) => `${((times[Math.floor(times.length * part)] ?? 0) * 1000).toFixed(0).padStart(6)}`;
  const perCall = ((wallMs * 1000) / times.length).toFixed(1).padStart(7);
  console.log(`${what.padEnd(40)} p50 ${at(0.5)} µs   p95 ${at(0.95)} µs   ${perCall} µs of wall time per call`);
}

async function measure(what: string, trail: AuditTrail, callers: number, calls: number): Promise<void> {
  const times: number[] = [];
  let left = calls;
  const started = performance.now();
  const caller = async () => {
    while (left-- > 0) {
      const before = performance.now();
      const entry = await trail.begin(record);
      times.push(performance.now() - before);
      entry.end(end);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  show(what, times, performance.now() - started);
}

const fd = openSync(join(folder, 'plain'), 'a');
const line = Buffer.alloc(500, 'a');
const times = Array.from({ length: 2000 }, () => {
  const before = performance.now();
  writeSync(fd, line);
  fdatasyncSync(fd);
  return performance.now() - before;
});
show(
  'for comparison: write + fdatasync',
  times,
  times.reduce((sum, time) => sum + time, 0),
);

for (const durability of ['disk', 'kernel'] as const) {
  await using trail = await openAudit({ folder: join(folder, durability), version: 'bench', log, durability });
  await measure('(warm-up)', trail, 32, 5000);
  for (const callers of [1, 32])
    await measure(`begin, durability ${durability}, ${callers} callers`, trail, callers, callers === 1 ? 5000 : 30_000);
}

{
  await using trail = await openAudit({ folder: join(folder, 'big'), version: 'bench', log, durability: 'kernel' });
  for (let done = 0; done < 500_000; done += 1000) {
    const entries = await Promise.all(Array.from({ length: 1000 }, () => trail.begin(record)));
    for (const entry of entries) entry.end(end);
  }
}
for (const { files } of (await findLogs(join(folder, 'big'))) ?? []) {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const { size, fault } = verifyLog(files, { isWhole: true });
  const { user, system } = process.cpuUsage(cpu);
  const seconds = `${((performance.now() - started) / 1000).toFixed(2)} s (${((user + system) / 1e6).toFixed(2)} s of CPU)`;
  console.log(`verify: ${size} records in ${files.length} files, ${seconds}, ${fault?.message ?? 'good'}`);
}
await rm(folder, { recursive: true });
