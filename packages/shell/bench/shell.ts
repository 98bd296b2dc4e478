/**
 * Measures the shell server over stdio, interleaved with bare processes and with other servers, which are installed into a temporary
 * folder. Ends with exit code 1 when a target is missed. Build first.
 *
 *   npm run build && npm run bench:shell -- [--rounds 40] [--no-peers]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { call, installPeers, ours, type Target } from './peers.ts';
import { Table } from './table.ts';

interface Open {
  readonly target: Target;
  readonly client: Client;
  readonly pid: number;
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '40' }, peers: { type: 'boolean', default: true } },
  allowNegative: true,
});
const folder = await mkdtemp(join(tmpdir(), 'sandlot-bench-'));
const targets = [ours, ...(values.peers ? installPeers(join(folder, 'peers')) : [])];
const table = new Table();
const measures = {
  list: 'tools/list, kB',
  start: 'start to tools/list, ms',
  idle: 'idle memory, MiB',
  true: '`true`, ms',
  tenMb: '10 MB of output, ms',
  many: '200 commands at once, ms',
  right: '200 commands at once, right',
  flood: '100 MB of output, ms',
  floodMemory: '100 MB of output, memory over before, MiB',
  typing: 'a line typed into a terminal, ms',
} as const;

async function connect(target: Target): Promise<Open & { listBytes: number }> {
  const transport = new StdioClientTransport({ command: process.execPath, args: [...target.args], cwd: folder, stderr: 'ignore' });
  const client = new Client({ name: 'bench', version: '1.0.0' });
  await client.connect(transport);
  const { tools } = await client.listTools();
  return { target, client, pid: transport.pid ?? 0, listBytes: JSON.stringify(tools).length };
}

/** A field of /proc/<pid>/status in MiB: VmRSS now, VmHWM the most so far. */
function memory(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

async function bare(file: string, ...args: string[]): Promise<void> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.resume();
  child.stderr.resume();
  await once(child, 'close');
}

async function start(): Promise<Open[]> {
  const open: Open[] = [];
  for (let round = 0; round < 7; round++) {
    for (const target of targets) {
      await table.time(measures.start, target.name, async () => {
        const { listBytes, ...opened } = await connect(target);
        if (round === 0) table.note(measures.list, target.name, listBytes / 1000);
        if (round < 6) await opened.client.close();
        else open.push(opened);
      });
    }
  }
  await sleep(3000);
  for (const { target, pid } of open) table.note(measures.idle, target.name, memory(pid, 'VmRSS'));
  return open;
}

async function many({ target, client }: Open): Promise<void> {
  const answers = Array.from({ length: 200 }, (_, id) => target.run(client, `echo out-${id}-end`, id).catch(() => ''));
  const right = (await Promise.all(answers)).filter((text, id) => (text.match(/out-\d+-end/g) ?? []).join() === `out-${id}-end`);
  table.note(measures.right, target.name, right.length);
  if (right.length === 0) throw new Error('Nothing came back.');
}

async function flood({ target, client, pid }: Open): Promise<void> {
  const before = memory(pid, 'VmRSS');
  await table.time(measures.flood, target.name, () => target.run(client, 'seq 100000000 | head -c 100000000', 0));
  table.note(measures.floodMemory, target.name, memory(pid, 'VmHWM') - before);
}

async function type({ target, client }: Open): Promise<void> {
  const { structuredContent } = await client.callTool({ name: 'shell_exec', arguments: { command: 'cat', tty: true } });
  const { process_id: id } = structuredContent as { process_id: string };
  for (let round = 0; round < 10; round++) {
    await table.time(measures.typing, target.name, () => call(client, 'shell_write', { process_id: id, input: `${round}\n` }));
  }
}

const open = await start();
for (let round = 0; round < Number(values.rounds); round++) {
  await table.time(measures.true, 'bare spawn', () => bare('/bin/true'));
  await table.time(measures.true, 'bare bash', () => bare('/bin/bash', '--norc', '-c', 'true'));
  for (const { target, client } of open) await table.time(measures.true, target.name, () => target.run(client, 'true', 0));
}
const [own] = open;
if (own) await flood(own);
for (let round = 0; round < 5; round++) {
  for (const { target, client } of open) {
    const command = 'head -c 10000000 /dev/zero | tr "\\0" x | fold -w 80';
    await table.time(measures.tenMb, target.name, () => target.run(client, command, 0));
  }
}
for (let round = 0; round < 3; round++) {
  for (const one of open) await table.time(measures.many, one.target.name, () => many(one));
}
if (own) await type(own);
for (const { client } of open) await client.close();
await rm(folder, { recursive: true, force: true });

console.log(`Load of the machine at the end: ${loadavg()[0]?.toFixed(1)}. Medians.\n`);
console.log(table.toMarkdown([...targets.map(({ name }) => name), 'bare spawn', 'bare bash']));

const mine = (measure: string) => table.median(measure, ours.name);
// The other two start a process and forget it: no session, no terminal, nothing to read later. They show what that alone costs.
const rival = (measure: string) => table.median(measure, '@wonderwhy-er/desktop-commander');
const wanted: [string, boolean][] = [
  ['tools/list under 5 kB', mine(measures.list) < 5],
  ['start to tools/list under 300 ms', mine(measures.start) < 300],
  ['idle memory under 80 MiB', mine(measures.idle) < 80],
  ['`true` at most 10 ms over a bare spawn', mine(measures.true) - table.median(measures.true, 'bare spawn') <= 10],
  ['200 commands at once, all right', mine(measures.right) === 200],
  ['100 MB of output within 64 MiB', mine(measures.floodMemory) < 64],
  ...[measures.start, measures.idle, measures.true, measures.tenMb, measures.many].map((measure): [string, boolean] => [
    `${measure}: at or below DesktopCommander`,
    !(mine(measure) > rival(measure)),
  ]),
];
console.log(`\n${wanted.map(([text, met]) => `${met ? 'met   ' : 'MISSED'} ${text}`).join('\n')}`);
process.exitCode = wanted.every(([, met]) => met) ? 0 : 1;
