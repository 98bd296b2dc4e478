/**
 * What 100 servers in `mcpServers` cost while nobody uses them, from the build: `npm run build && npm run bench:upstreams`.
 * Prints medians over 5 starts without and with them. Ends with 1 when a target is missed: ready under 1 s, under 0.2 MB each.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sandlot/core/testing';
import { cpuMs, residentMb, treeOf } from './gateway/process-tree.ts';

const bin = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const [count, starts] = [100, 5];
const without: Start[] = [];
const withAll: Start[] = [];
for (let round = 0; round < starts; round++) {
  without.push(await start(0));
  withAll.push(await start(count));
}
const readyMs = median(withAll.map((one) => one.readyMs));
const eachMb = (median(withAll.map((one) => one.memoryMb)) - median(without.map((one) => one.memoryMb))) / count;
for (const [name, runs] of [
  ['none', without],
  [String(count), withAll],
] as const)
  console.log(
    `ready with ${name.padEnd(7)}${median(runs.map((one) => one.readyMs)).toFixed(0)} ms, CPU ${median(runs.map((one) => one.cpu)).toFixed(0)} ms`,
  );
console.log(`memory of each    ${eachMb.toFixed(3)} MB`);
console.log(`processes started ${Math.max(...withAll.map((one) => one.processes))}`);
process.exitCode = readyMs < 1000 && eachMb < 0.2 && withAll.every((one) => one.processes === 0) ? 0 : 1;

interface Start {
  readonly readyMs: number;
  /** CPU time until it is ready: the figure that a busy machine disturbs least. */
  readonly cpu: number;
  readonly memoryMb: number;
  readonly processes: number;
}

async function start(servers: number): Promise<Start> {
  await using folder = await temporaryFolder();
  const entry = (index: number) =>
    index % 2 === 0
      ? { command: 'npx', args: ['-y', `server-${index}`], env: { TOKEN: `token-${index}` }, description: `Server ${index}` }
      : { url: `https://server-${index}.example/mcp`, headers: { Authorization: `Bearer token-${index}` } };
  const mcpServers = Object.fromEntries(Array.from({ length: servers }, (_, index) => [`server-${index}`, entry(index)]));
  await writeFile(join(folder.path, 'sandlot.json'), JSON.stringify({ port: 0, apiKey: 'bench-key-0123456789', mcpServers }));
  const args = [bin, '--workspace', join(folder.path, 'ws'), '--state-dir', join(folder.path, 'state')];
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: folder.path,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await fetch(`${await urlOf(child.stderr)}/readyz`);
  const readyMs = performance.now() - startedAt;
  const pid = child.pid ?? 0;
  const cpu = cpuMs(pid);
  await delay(2000);
  const [memoryMb, processes] = [residentMb(pid), treeOf(pid).length - 1];
  child.kill('SIGTERM');
  await once(child, 'exit');
  return { readyMs, cpu, memoryMb, processes };
}

async function urlOf(stderr: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stderr.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    const url = /MCP +(\S+)\/mcp/.exec(text)?.[1];
    if (url) return url;
  }
  throw new Error(text);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
