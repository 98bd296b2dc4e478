/**
 * How long the gateway takes to get ready, and what it weighs idle, from the build: `npm run build && npm run bench:start`.
 * Prints medians over 10 starts. Targets: ready under 1 s after `node` starts, the answer of a first call within 600 ms of it, idle at
 * most 100 MB, no server process after `tools/list`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { temporaryFolder } from '@sandlot/core/testing';

const bin = fileURLToPath(new URL('../dist/bundle/bin.js', import.meta.url));
const key = 'bench-key-0123456789';
const runs: { readyMs: number; listMs: number; firstCallMs: number; rssMb: number; processes: number }[] = [];

for (let run = 0; run < 10; run++) {
  await using folder = await temporaryFolder();
  const startedAt = performance.now();
  const { child, url } = await start(folder.path);
  await fetch(`${url}/readyz`);
  const readyMs = performance.now() - startedAt;
  const client = new Client({ name: 'bench', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers: { authorization: `Bearer ${key}` } } }),
  );
  const listedAt = performance.now();
  await client.listTools();
  const listMs = performance.now() - listedAt;
  await client.close();
  await delay(2000);
  const rssMb = Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
  const children = (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).trim();
  const firstCallMs = await firstCall();
  runs.push({ readyMs, listMs, firstCallMs, rssMb, processes: children === '' ? 0 : children.split(' ').length });
  child.kill('SIGTERM');
  await once(child, 'exit');
}

for (const name of ['readyMs', 'listMs', 'firstCallMs', 'rssMb', 'processes'] as const) {
  const sorted = runs.map((run) => run[name]).toSorted((a, b) => a - b);
  const [min = 0, median = 0, max = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  console.log(`${name.padEnd(10)} min ${min.toFixed(1)}  median ${median.toFixed(1)}  max ${max.toFixed(1)}`);
}

async function start(folder: string): Promise<{ child: ChildProcess; url: string }> {
  const args = [bin, '--port', '0', '--workspace', join(folder, 'ws'), '--state-dir', join(folder, 'state')];
  const env = { PATH: process.env['PATH'], SANDLOT_API_KEY: key };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  return { child, url: await urlOf(child.stderr) };
}

/** From the start of a gateway to the answer of a call, which starts a server, in milliseconds. */
async function firstCall(): Promise<number> {
  await using folder = await temporaryFolder();
  const startedAt = performance.now();
  const { child, url } = await start(folder.path);
  const response = await fetch(`${url}/v1/mcp/shell/tools/shell_exec`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ command: 'true' }),
  });
  if (!response.ok) throw new Error(await response.text());
  const tookMs = performance.now() - startedAt;
  child.kill('SIGTERM');
  await once(child, 'exit');
  return tookMs;
}

async function urlOf(stderr: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stderr) {
    text += String(chunk);
    const url = /MCP +(\S+)\/mcp/.exec(text)?.[1];
    if (url) return url;
  }
  throw new Error(text);
}
