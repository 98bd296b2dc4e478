/**
 * Compares the file server with two others over stdio, interleaved in one run. Fetches the others from npm.
 *
 *   npm run build && npm run bench:file -- [--rounds 15] [--only TEXT] [--peers FOLDER]
 *
 * `--only` takes the measures whose names hold a text, such as "list" or "start"; `--peers` keeps the others in a folder for the next run.
 * Prints medians and which goals were missed; exits with 1 when one was.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { rgPath } from '@vscode/ripgrep';
import { Table } from './table.ts';
import { installPeers, sandlot, type Target } from './targets.ts';

interface Running {
  readonly target: Target;
  readonly client: Client;
  readonly pid: number;
}

const run = promisify(execFile);
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, only: { type: 'string', default: '' }, peers: { type: 'string' } },
});
const rounds = Number(values.rounds);
const base = await mkdtemp(join(tmpdir(), 'sandlot-bench-'));
const workspace = join(base, 'ws');
const table = new Table();
const warmUpMs = 2000;
const startMeasure = 'start to tools/list, ms';
/** What ripgrep alone is given. */
const searches = {
  'glob 20,000 files, ms': ['--files', '--hidden', '--glob=*.ts'],
  'grep 20,000 files, rare word, ms': ['-n', '--hidden', 'needle', './'],
} as const;

const peers = resolve(values.peers ?? join(base, 'peers'));
const wanted = (measure: string) => measure.includes(values.only);

await mkdir(peers, { recursive: true });
for (const folder of ['ws', 'home']) await mkdir(join(base, folder));
await fill();
const targets = [sandlot(workspace), ...(await installPeers(peers, workspace))];
const open: Running[] = [];
const starts = wanted(startMeasure) ? 5 : 1;
for (let round = 0; round < starts; round++) for (const target of targets) await start(target, round === starts - 1);
await delay(2000);
for (const { target, pid } of open)
  table.note('idle memory, MiB', target.name, await memory(pid), [{ kind: 'best' }, { kind: 'below', most: 80 }]);
for (const running of open) await warmUp(running);
for (let round = 0; round < rounds; round++) await small(round);
// Searches first: while the disk takes what was written, ripgrep alone is slower, too.
for (const measures of [searching, writing]) for (let round = 0; round < Math.ceil(rounds / 3); round++) await measures(round);
for (const { client } of open) await client.close();
await rm(base, { recursive: true, force: true });

console.log(
  `Load of the machine at the end: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')} on ${cpus().length} processors.`,
);
const missed = table.print('sandlot', ['reference', 'desktop-commander']);
console.log(missed.length === 0 ? 'All goals are met.' : `Missed:\n${missed.join('\n')}`);
process.exitCode = missed.length === 0 ? 0 : 1;

/** 20,000 files in 200 folders, a folder of 10,000, and files of some sizes. */
async function fill(): Promise<void> {
  const line = 'The quick brown fox jumps over the lazy dog.\n';
  await writeFile(join(workspace, 'small.txt'), line.repeat(23));
  await writeFile(join(workspace, 'medium.txt'), line.repeat(23_300));
  await mkdir(join(workspace, 'many'));
  await Promise.all(Array.from({ length: 10_000 }, (_, i) => writeFile(join(workspace, `many/entry-${i}`), '')));
  for (let folder = 0; folder < 200; folder++) {
    await mkdir(join(workspace, `tree/d${folder}`), { recursive: true });
    const names = Array.from({ length: 100 }, (_, i) => join(workspace, `tree/d${folder}/f${i}.${i % 2 === 0 ? 'ts' : 'txt'}`));
    await Promise.all(names.map((path, i) => writeFile(path, `${line.repeat(20)}${folder % 50 === 7 && i === 3 ? 'needle\n' : ''}`)));
  }
}

async function start(target: Target, keep: boolean): Promise<void> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: join(base, 'home') };
  const transport = new StdioClientTransport({ command: process.execPath, args: [...target.args], cwd: workspace, env, stderr: 'ignore' });
  const client = new Client({ name: 'bench', version: '1.0.0' });
  const connect = async () => {
    await client.connect(transport);
    await client.listTools();
  };
  await table.time(startMeasure, target.name, connect, [{ kind: 'best' }, { kind: 'below', most: 300 }]);
  if (keep) open.push({ target, client, pid: transport.pid ?? 0 });
  else await client.close();
}

/** A server answers all day: what is measured is not how Node compiles its first calls. Each of them gets the same time. */
async function warmUp({ target, client }: Running): Promise<void> {
  const calls = [
    () => target.read(client, join(workspace, 'small.txt')),
    () => target.write(client, join(workspace, `${target.name}-small.txt`), 'warm'),
    () => target.list(client, join(workspace, 'many')),
    () => target.glob(client, join(workspace, 'tree'), '**/*.ts'),
  ];
  for (const call of calls) for (const until = performance.now() + warmUpMs; performance.now() < until;) await call();
}

async function small(round: number): Promise<void> {
  for (const running of inTurn(round)) {
    const { target, client } = running;
    const own = join(workspace, `${target.name}-edited.txt`);
    if (round === 0) await writeFile(own, await readFile(join(workspace, 'medium.txt'), 'utf8').then((text) => `version 0\n${text}`));
    const time = (measure: string, work: () => Promise<unknown>) => timed(running, measure, work);
    await time('read 1 KB, ms', () => target.read(client, join(workspace, 'small.txt')));
    await time('read 1 MB, ms', () => target.read(client, join(workspace, 'medium.txt')));
    await time('write 1 KB, ms', () => target.write(client, join(workspace, `${target.name}-small.txt`), `${round}`.repeat(1000)));
    // One of them takes half a minute for it.
    if (target.name !== 'desktop-commander' || round % 6 === 0) {
      const one = () => target.read(client, join(workspace, 'small.txt'));
      await time('50 reads at once, ms', () => Promise.all(Array.from({ length: 50 }, one)));
    }
    await time('list 10,000 entries, ms', () => target.list(client, join(workspace, 'many')));
    await time('edit in 1 MB, ms', () => target.edit(client, own, `version ${round}\n`, `version ${round + 1}\n`));
  }
}

async function searching(round: number): Promise<void> {
  const tree = join(workspace, 'tree');
  const bare = (args: string[]) => run(rgPath, args, { cwd: tree, maxBuffer: 1e9 }).catch(() => undefined);
  for (const [measure, args] of Object.entries(searches))
    if (wanted(measure))
      await table.time(measure, 'ripgrep', () => bare([...args]), [{ kind: 'best' }, { kind: 'over', base: 'ripgrep', ms: 50 }]);
  for (const running of inTurn(round)) {
    const { target, client } = running;
    const time = (measure: string, work: () => Promise<unknown>) => timed(running, measure, work);
    await time('glob 20,000 files, ms', () => target.glob(client, tree, '**/*.ts'));
    if (target.grep) await time('grep 20,000 files, rare word, ms', async () => target.grep?.(client, tree, 'needle'));
  }
}

async function writing(round: number): Promise<void> {
  const text = `${round} line\n`.repeat(700_000);
  for (const running of inTurn(round)) {
    const { target, client } = running;
    await timed(running, 'write 5 MB, ms', () => target.write(client, join(workspace, `${target.name}-large.txt`), text));
  }
}

/** Another one first in each round: what a server does after its answer must not always fall on the same next one. */
function inTurn(round: number): Running[] {
  const first = round % open.length;
  return [...open.slice(first), ...open.slice(0, first)];
}

/** Notes the time, and the processor time of the server itself, which a busy machine changes less. */
async function timed({ target, pid }: Running, measure: string, work: () => Promise<unknown>): Promise<void> {
  if (!wanted(measure)) return;
  const before = await cpuMs(pid);
  await table.time(measure, target.name, work);
  table.note(`${measure} of CPU`, target.name, (await cpuMs(pid)) - before, []);
}

async function cpuMs(pid: number): Promise<number> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const spent = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/schedstat`, 'utf8').catch(() => '0')));
  return spent.reduce((sum, text) => sum + Number(text.split(' ')[0]) / 1e6, 0);
}

/** Resident memory of a process and those that it started. */
async function memory(pid: number): Promise<number> {
  const own = Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  const tasks = await readdir(`/proc/${pid}/task`);
  const children = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')));
  const below = await Promise.all(
    children
      .join(' ')
      .split(' ')
      .filter(Boolean)
      .map((child) => memory(Number(child))),
  );
  return below.reduce((sum, value) => sum + value, own);
}
