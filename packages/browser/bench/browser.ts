/**
 * Compares the browser server with others over stdio, on the same pages and the same Chromium. The others are fetched from
 * npm into the user's cache; one that cannot be had, or fails, is told below the table.
 *
 *   npm run build && npm run bench:browser -- [--runs 10] [--only sandlot,playwright-mcp] [--parts start,form] [--results FILE]
 *
 * Parts are `start` and the pages. `--results` adds to what an earlier run wrote there, so that one can be made in parts. Prints medians, the load of the
 * machine, without which they mean nothing, and which goals were missed; exits with 1 when one was.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { z } from 'zod';
import { findExecutable } from '../src/pages/executable.ts';
import { commandOf, descendants } from '../test/processes.ts';
import { startSite } from '../test/site.ts';
import { missedGoals } from './goals.ts';
import { pages } from './pages.ts';
import { peerChromium } from './peers.ts';
import { type Candidate, candidates, sandlot, type Target } from './targets.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10' }, only: { type: 'string' }, parts: { type: 'string' }, results: { type: 'string' } },
});
const runs = Number(values.runs);
const isWanted = (part: string) => values.parts?.split(',').includes(part) ?? true;
const ours = 'sandlot';
const kept = z.object({ measures: z.record(z.string(), z.record(z.string(), z.number())), failed: z.record(z.string(), z.string()) });
/** By measure, then by server. */
const table = new Map<string, Map<string, number>>();
/** By server, why it has no or not all figures. */
const failures = new Map<string, string>();
if (values.results !== undefined) restore(values.results);

const base = await mkdtemp(join(tmpdir(), 'sandlot-bench-'));
const workspace = join(base, 'work');
await mkdir(workspace);
{
  await using site = await startSite(pages);
  const chromium = await peerChromium(await findExecutable(undefined, undefined));
  const all: readonly Candidate[] = [{ name: ours, prepare: async () => sandlot(workspace) }, ...candidates];
  for (const { name, prepare } of all.filter((one) => values.only?.split(',').includes(one.name) ?? true)) {
    failures.delete(name);
    const home = join(base, name);
    await mkdir(home);
    let target: Target | undefined;
    try {
      target = await prepare(home, chromium);
      await measure(target, site.url);
    } catch (error) {
      failures.set(name, error instanceof Error ? error.message : String(error));
    } finally {
      await target?.end?.();
    }
  }
}
await rm(base, { recursive: true, force: true, maxRetries: 5 });
if (values.results !== undefined) keep(values.results);
print();
const missed = missedGoals(table, ours);
console.log(missed.length === 0 ? 'All goals are met.' : `Missed:\n${missed.join('\n')}`);
process.exitCode = missed.length === 0 ? 0 : 1;

async function measure(target: Target, url: string): Promise<void> {
  const note = (what: string, value: number) => {
    const row = table.get(what) ?? new Map<string, number>();
    table.set(what, row.set(target.name, value));
    if (values.results !== undefined) keep(values.results);
  };
  const [initialize, navigate]: [number[], number[]] = [[], []];
  for (let run = 0; run < (isWanted('start') ? Math.min(runs, 5) : 0); run++) {
    const { client, began, ready } = await start(target);
    await target.open(client, `${url}/form`);
    initialize.push(ready);
    navigate.push(performance.now() - began);
    await client.close();
    await target.end?.();
  }
  if (isWanted('start')) {
    note('spawn to initialize, ms', median(initialize));
    note('spawn to first navigate, ms', median(navigate));
  }
  const { client, pid } = await start(target);
  note('tools/list, characters', JSON.stringify((await client.listTools()).tools).length);
  for (const name of ['form', 'article', 'table', 'dense', 'spa'].filter(isWanted)) {
    const opened = await time(() => target.open(client, `${url}/${name}`));
    note(`${name}: navigate, ms`, opened.ms);
    if (name === 'form') note('server memory after the first page, MiB', memory(pid));
    const looks = await repeat(runs, () => time(() => target.snapshot(client)));
    note(`${name}: snapshot, ms`, median(looks.map(({ ms }) => ms)));
    note(`${name}: snapshot, characters`, Math.max(...looks.map(({ value }) => value.length)));
    const element = await target.find(looks.at(-1)?.value ?? '', client);
    const clicks = await repeat(name === 'spa' && target.name === ours ? runs * 5 : runs, () => time(() => target.click(client, element)));
    note(`${name}: click, ms`, median(clicks.map(({ ms }) => ms)));
    if (name === 'spa')
      note('spa: effect in the answer, %', (clicks.filter(({ value }) => value.includes('Effect')).length / clicks.length) * 100);
    const acts = await repeat(runs, () => time(() => target.actAndSee(client, element)));
    note(`${name}: act and see, calls`, acts[0]?.value.calls ?? 0);
    note(`${name}: act and see, ms`, median(acts.map(({ ms }) => ms)));
    note(`${name}: act and see, characters`, Math.max(...acts.map(({ value }) => value.text.length)));
  }
  if (isWanted('spa')) note('server memory after all pages, MiB', memory(pid));
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

function restore(path: string): void {
  if (!existsSync(path)) return;
  const { measures, failed } = kept.parse(JSON.parse(readFileSync(path, 'utf8')));
  for (const [what, row] of Object.entries(measures)) table.set(what, new Map(Object.entries(row)));
  for (const [name, reason] of Object.entries(failed)) failures.set(name, reason);
}

function keep(path: string): void {
  const measures = Object.fromEntries([...table].map(([what, row]) => [what, Object.fromEntries(row)]));
  writeFileSync(path, JSON.stringify({ measures, failed: Object.fromEntries(failures) }, null, 1));
}

function print(): void {
  const names = [ours, ...candidates.map(({ name }) => name)];
  console.log(['measure'.padEnd(40), ...names.map((name) => name.padStart(20))].join(''));
  for (const [what, row] of table) {
    const cells = names.map((name) => (row.has(name) ? String(Math.round(row.get(name) ?? 0)) : '–').padStart(20));
    console.log([what.padEnd(40), ...cells].join(''));
  }
  for (const [name, reason] of failures) console.log(`${name}: ${reason.split('\n')[0]?.slice(0, 300)}`);
  const load = loadavg().map((value) => value.toFixed(1));
  console.log(`n = ${runs}, load ${load.join(' ')}`);
}
