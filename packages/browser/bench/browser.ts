/**
 * Compares the browser server with others over stdio, in one run on the same pages and the same Chromium. Fetches the
 * others from npm.
 *
 *   npm run build -w packages/browser && npm run bench:browser -- [--runs 10] [--only sandlot,playwright-mcp]
 *
 * Prints medians, the load of the machine, without which they mean nothing, and which goals were missed; exits with 1
 * when one was.
 */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { findExecutable } from '../src/pages/executable.ts';
import { commandOf, descendants } from '../test/processes.ts';
import { startSite } from '../test/site.ts';
import { missedGoals } from './goals.ts';
import { pages } from './pages.ts';
import { installPeers, sandlot, type Target } from './targets.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '10' }, only: { type: 'string' } } });
const runs = Number(values.runs);
/** By measure, then by server. */
const table = new Map<string, Map<string, number>>();

const base = await mkdtemp(join(tmpdir(), 'sandlot-bench-'));
const workspace = join(base, 'work');
await mkdir(workspace);
await mkdir(join(base, 'peers'));
const others = await installPeers(join(base, 'peers'), await findExecutable(undefined, undefined));
const targets = [sandlot(workspace), ...others].filter(({ name }) => values.only?.split(',').includes(name) ?? true);
{
  await using site = await startSite(pages);
  for (const target of targets) {
    try {
      await measure(target, site.url);
    } catch (error) {
      console.error(`${target.name}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await target.end?.();
    }
  }
}
await rm(base, { recursive: true, force: true, maxRetries: 5 });
print();
const missed = missedGoals(table, 'sandlot');
console.log(missed.length === 0 ? 'All goals are met.' : `Missed:\n${missed.join('\n')}`);
process.exitCode = missed.length === 0 ? 0 : 1;

async function measure(target: Target, url: string): Promise<void> {
  const note = (what: string, value: number) => {
    const row = table.get(what) ?? new Map<string, number>();
    table.set(what, row.set(target.name, value));
  };
  const [initialize, navigate]: [number[], number[]] = [[], []];
  for (let run = 0; run < Math.min(runs, 5); run++) {
    const { client, began, ready } = await start(target);
    await target.open(client, `${url}/form`);
    initialize.push(ready);
    navigate.push(performance.now() - began);
    await client.close();
    await target.end?.();
  }
  note('spawn to initialize, ms', median(initialize));
  note('spawn to first navigate, ms', median(navigate));
  const { client, pid } = await start(target);
  note('tools/list, characters', JSON.stringify((await client.listTools()).tools).length);
  for (const name of ['form', 'article', 'table', 'dense', 'spa']) {
    const opened = await time(() => target.open(client, `${url}/${name}`));
    note(`${name}: navigate, ms`, opened.ms);
    if (name === 'form') note('server memory after the first page, MiB', memory(pid));
    const looks = await repeat(runs, () => time(() => target.snapshot(client)));
    note(`${name}: snapshot, ms`, median(looks.map(({ ms }) => ms)));
    note(`${name}: snapshot, characters`, Math.max(...looks.map(({ value }) => value.length)));
    const element = await target.find(looks.at(-1)?.value ?? '', client);
    const clicks = await repeat(name === 'spa' ? runs * 5 : runs, () => time(() => target.click(client, element)));
    note(`${name}: click, ms`, median(clicks.map(({ ms }) => ms)));
    if (name === 'spa')
      note('spa: effect in the answer, %', (clicks.filter(({ value }) => value.includes('Effect')).length / clicks.length) * 100);
    const acts = await repeat(runs, () => time(() => target.actAndSee(client, element)));
    note(`${name}: act and see, calls`, acts[0]?.value.calls ?? 0);
    note(`${name}: act and see, ms`, median(acts.map(({ ms }) => ms)));
    note(`${name}: act and see, characters`, Math.max(...acts.map(({ value }) => value.text.length)));
  }
  note('server memory after all pages, MiB', memory(pid));
  await client.close();
}

async function start(target: Target): Promise<{ client: Client; pid: number; began: number; ready: number }> {
  const began = performance.now();
  const env = { PATH: process.env['PATH'] ?? '', ...target.env };
  const transport = new StdioClientTransport({ command: process.execPath, args: [...target.args], cwd: workspace, env, stderr: 'ignore' });
  const client = new Client({ name: 'bench', version: '1.0.0' });
  await client.connect(transport);
  return { client, pid: transport.pid ?? 0, began, ready: performance.now() - began };
}

async function time<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const from = performance.now();
  const value = await work();
  return { value, ms: performance.now() - from };
}

async function repeat<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  for (let run = 0; run < count; run++) done.push(await work());
  return done;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** PSS of the server without its browser. A server that detaches its daemon is counted without it. */
function memory(pid: number): number {
  const own = [pid, ...descendants(pid)].filter(
    (each) => !/chrom/i.test(commandOf(each).split(' ')[0] ?? '') && !/--type=|--user-data-dir/.test(commandOf(each)),
  );
  return own.reduce((sum, each) => sum + pss(each), 0) / 1024;
}

function pss(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function print(): void {
  const names = targets.map(({ name }) => name);
  console.log(['measure'.padEnd(44), ...names.map((name) => name.padStart(20))].join(''));
  for (const [what, row] of table) {
    const cells = names.map((name) => (row.has(name) ? String(Math.round(row.get(name) ?? 0)) : '–').padStart(20));
    console.log([what.padEnd(44), ...cells].join(''));
  }
  const load = loadavg().map((value) => value.toFixed(1));
  console.log(`n = ${runs}, load ${load.join(' ')}`);
}
