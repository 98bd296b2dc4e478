/**
 * Measures the shell server over stdio, interleaved with a bare spawn and, with `--peers`, with other servers (fetched by npx).
 *
 *   npm run bench -w @sandlot/shell -- [--rounds 40] [--peers]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

interface Target {
  name: string;
  command: string;
  args: string[];
  run(client: Client, command: string, id: number): Promise<unknown>;
}

const call = (client: Client, name: string, args: Record<string, unknown>) =>
  client.callTool({ name, arguments: args }, { timeout: 600_000 });
const bin = fileURLToPath(new URL('../dist/bundle/bin.js', import.meta.url));

const targets: Target[] = [
  {
    name: 'sandlot',
    command: process.execPath,
    args: [bin, '--workspace', '.'],
    run: (client, command, id) => call(client, 'shell_exec', { command, session: `s${id}`, wait_ms: 120_000 }),
  },
];
const peers: Target[] = [
  {
    name: 'desktop-commander',
    command: 'npx',
    args: ['-y', '@wonderwhy-er/desktop-commander@0.2.52', '--no-onboarding'],
    run: (client, command) => call(client, 'start_process', { command, timeout_ms: 120_000 }),
  },
  {
    name: 'mcp-server-commands',
    command: 'npx',
    args: ['-y', 'mcp-server-commands@0.5.0'],
    run: (client, command) => call(client, 'run_process', { mode: 'shell', command_line: command }),
  },
];

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40' }, peers: { type: 'boolean', default: false } } });
const rounds = Number(values.rounds);
const all = [...targets, ...(values.peers ? peers : [])];

const folder = await mkdtemp(join(tmpdir(), 'sandlot-bench-'));
const rows = new Map<string, Map<string, number[]>>();
const note = (measure: string, target: string, value: number) => {
  const row = rows.get(measure) ?? new Map<string, number[]>();
  rows.set(measure, row.set(target, [...(row.get(target) ?? []), value]));
};
const timed = async (measure: string, target: string, work: () => Promise<unknown>) => {
  const from = performance.now();
  await work();
  note(measure, target, performance.now() - from);
};

async function bare(file: string, ...args: string[]): Promise<void> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.resume();
  child.stderr.resume();
  await once(child, 'close');
}

async function connect(target: Target): Promise<{ client: Client; pid: number }> {
  const transport = new StdioClientTransport({ command: target.command, args: target.args, cwd: folder, stderr: 'ignore' });
  const client = new Client({ name: 'bench', version: '1.0.0' });
  await client.connect(transport);
  await client.listTools();
  return { client, pid: transport.pid ?? 0 };
}

/** A field of /proc/<pid>/status in MiB: VmRSS now, VmHWM the most so far. */
function memory(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

const open: { target: Target; client: Client; pid: number }[] = [];
for (const target of all) {
  for (let round = 0; round < 3; round++) {
    await timed('start to tools/list, ms', target.name, async () => {
      const { client, pid } = await connect(target);
      if (round < 2) await client.close();
      else open.push({ target, client, pid });
    });
  }
}
for (const { target, pid } of open) if (target.command !== 'npx') note('idle memory, MiB', target.name, memory(pid, 'VmRSS'));

for (let round = 0; round < rounds; round++) {
  await timed('true, ms', 'bare spawn', () => bare('/bin/true'));
  await timed('true, ms', 'bare bash', () => bare('/bin/bash', '--norc', '-c', 'true'));
  for (const { target, client } of open) await timed('true, ms', target.name, () => target.run(client, 'true', 0));
}
for (let round = 0; round < 5; round++) {
  for (const { target, client } of open)
    await timed('10 MB of output, ms', target.name, () => target.run(client, 'head -c 10000000 /dev/zero | tr "\\0" x | fold -w 80', 0));
}
for (let round = 0; round < 3; round++) {
  for (const { target, client } of open) {
    await timed('200 commands at once, ms', target.name, () =>
      Promise.all(Array.from({ length: 200 }, (_, id) => target.run(client, `echo ${id}`, id))),
    );
  }
}
for (const { target, client, pid } of open) {
  if (target.name !== 'sandlot') continue;
  const before = memory(pid, 'VmRSS');
  await timed('100 MB of output, ms', target.name, () => target.run(client, 'seq 100000000 | head -c 100000000', 0));
  note('100 MB of output, most memory over before, MiB', target.name, memory(pid, 'VmHWM') - before);
  const { process_id: id } = (await call(client, 'shell_exec', { command: 'cat', tty: true })).structuredContent as { process_id: string };
  for (let round = 0; round < 10; round++) {
    await timed('typing into a terminal until it waits again, ms', target.name, () =>
      call(client, 'shell_write', { process_id: id, input: `${round}\n` }),
    );
  }
}
for (const { client } of open) await client.close();
await rm(folder, { recursive: true, force: true });

for (const [measure, row] of rows) {
  const cells = [...row].map(([target, numbers]) => `${target} ${median(numbers).toFixed(1)}`);
  console.log(`${measure.padEnd(52)} ${cells.join('   ')}`);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
