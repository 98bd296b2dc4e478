/**
 * Compares markitdown with others in one run: scores on documents with reference Markdown, times of whole commands, memory,
 * start and install size, and prints which gates are reached. Exits with 1 when one is missed.
 *
 *   npm run build && npm run bench:markitdown -- [--install] [--only scores,speed,start,memory,bombs,size] [--results FILE]
 *     [--corpora DIR] [--checker FILE]
 *
 * `--install` fetches the others into the user's cache and ends. `--results` adds to what an earlier part wrote there, so that a
 * run can be made in parts. Corpora hold one folder a format with `sources` and `gold`; the checker prints scores as JSON.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { gates, verdict } from './gates.ts';
import { makeInputs } from './inputs.ts';
import { median, timed } from './measure.ts';
import { install, ours, type Peer, peers } from './peers.ts';
import { growth, installedMegabytes, mcpReady } from './server.ts';

const { values } = parseArgs({
  options: {
    install: { type: 'boolean' },
    only: { type: 'string', default: 'scores,speed,start,memory,bombs,size' },
    results: { type: 'string' },
    corpora: { type: 'string', default: '../shared/corpora/documents' },
    checker: { type: 'string', default: '../shared/tools/markdown-gold.mjs' },
  },
});
if (values.install) {
  await install();
  process.exit();
}

const kept = z.record(z.string(), z.record(z.string(), z.number()));
const table = new Map<string, Map<string, number>>();
const notes: string[] = [];
if (values.results !== undefined && existsSync(values.results))
  for (const [measure, row] of Object.entries(kept.parse(JSON.parse(readFileSync(values.results, 'utf8')))))
    table.set(measure, new Map(Object.entries(row)));

const all = peers();
for (const { name, missing } of all) if (missing !== undefined) notes.push(`${name}: ${missing}`);
const present = all.filter(({ missing }) => missing === undefined);
const folder = await mkdtemp(join(tmpdir(), 'sandlot-bench-'));
const parts: Readonly<Record<string, () => Promise<void>>> = { scores, speed, start, memory, bombs, size };
try {
  await makeInputs(folder);
  for (const part of values.only.split(',')) {
    const run = parts[part];
    if (!run) throw new Error(`--only "${part}": expected ${Object.keys(parts).join(', ')}.`);
    await run();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = report() ? 1 : 0;

function put(measure: string, name: string, value: number): void {
  const row = table.get(measure) ?? new Map<string, number>();
  row.set(name, value);
  table.set(measure, row);
  // At once, so that a run that is cut off keeps what it has.
  if (values.results !== undefined)
    writeFileSync(values.results, JSON.stringify(Object.fromEntries([...table].map(([one, row_]) => [one, Object.fromEntries(row_)]))));
}

function path(name: string): string {
  return join(folder, name);
}

async function scores(): Promise<void> {
  if (!existsSync(values.corpora) || !existsSync(values.checker)) {
    notes.push(`scores: no corpora at ${values.corpora} or no checker at ${values.checker}`);
    return;
  }
  for (const format of readdirSync(values.corpora)) {
    for (const peer of present) {
      if (!peer.reads(format)) continue;
      const result = path('score.json');
      const command = [peer.command, ...peer.args, '{file}'].join(' ');
      const base = join(values.corpora, format);
      const args = ['--sources', join(base, 'sources'), '--gold', join(base, 'gold'), '--cmd', command, '--json', result, '--quiet'];
      await timed(process.execPath, [values.checker, ...args]);
      const found = z
        .object({ summary: z.array(z.object({ score: z.number().nullable() })) })
        .safeParse(JSON.parse(readFileSync(result, 'utf8')));
      const score = found.data?.summary[0]?.score;
      if (typeof score === 'number') put(`score ${format}`, peer.name, score);
    }
  }
}

async function speed(): Promise<void> {
  const timings: readonly (readonly [measure: string, file: string, format: string])[] = [
    ['1 MB HTML, s', 'page.html', 'html'],
    ['10k-row XLSX, s', 'rows.xlsx', 'xlsx'],
    ['400-table DOCX, s', 'tables.docx', 'docx'],
    ['193-page PDF, s', 'book-193.pdf', 'pdf'],
  ];
  for (const [measure, file, format] of timings)
    for (const peer of present) if (peer.reads(format)) await time(measure, peer, [path(file)], peer.name === 'sandlot' ? 3 : 1);
  const mixed = ['small.html', 'small.xlsx', 'small.docx', 'small.pdf', 'small.csv', 'small.json', 'small.txt'];
  for (const peer of present.filter(({ name }) => name === 'sandlot' || name === 'markitdown')) {
    let sum = 0;
    for (const file of mixed) sum += (await timed(peer.command, [...peer.args, path(file)])).ms;
    put('mixed batch, s', peer.name, sum / 1000);
  }
  const [own, original] = ['sandlot', 'markitdown'].map((name) => table.get('mixed batch, s')?.get(name));
  if (own !== undefined && original !== undefined) put('mixed batch, times faster than markitdown', 'sandlot', original / own);
}

async function time(measure: string, peer: Peer, files: readonly string[], runs: number): Promise<void> {
  const { ms, status, error } = await median(runs, () => timed(peer.command, [...peer.args, ...files]));
  if (status === 0) put(measure, peer.name, ms / 1000);
  else notes.push(`${peer.name}, ${measure}: failed: ${error.split('\n').at(-1)?.slice(0, 120)}`);
}

async function start(): Promise<void> {
  for (const peer of present) put('--version, ms', peer.name, (await median(9, () => timed(peer.command, [...peer.args, '--version']))).ms);
  const bare = await median(9, () => timed(process.execPath, ['-e', '0']));
  notes.push(`node alone starts and ends in ${bare.ms.toFixed(0)} ms here`);
  put('MCP ready, ms', 'sandlot', await mcpReady(ours, folder));
}

async function memory(): Promise<void> {
  for (const peer of present) {
    if (!peer.reads('pdf') || peer.name === 'markitdown') continue;
    put('464-page PDF, MB', peer.name, (await timed(peer.command, [...peer.args, path('book-464.pdf')])).megabytes);
  }
  put('100 conversions, growth in MB', 'sandlot', await growth(ours, folder, ['small.docx', 'small.pdf', 'small.xlsx', 'small.html']));
}

async function bombs(): Promise<void> {
  for (const file of ['bomb.docx', 'bomb.ods', 'bomb-nested.docx']) {
    const { ms, megabytes, status, error } = await timed(process.execPath, [ours, path(file)]);
    put(`${file}, s`, 'sandlot', ms / 1000);
    put(`${file}, MB`, 'sandlot', megabytes);
    notes.push(`${file}: exit ${status}: ${error.slice(0, 160)}`);
  }
}

async function size(): Promise<void> {
  put('install, MB', 'sandlot', await installedMegabytes(folder));
}

/** Prints everything. @returns true when a gate is missed */
function report(): boolean {
  const names = all.map(({ name }) => name);
  const shown = (value: number | undefined) => (value === undefined ? '-' : value < 10 ? value.toFixed(3) : value.toFixed(0)).padStart(13);
  console.log(`${'measure'.padEnd(44)}${names.map((name) => name.padStart(13)).join('')}  gate`);
  let missed = false;
  for (const [measure, row] of table) {
    const gate = gates.find((one) => one.measure === measure);
    const told = gate ? verdict(gate, row.get('sandlot')) : '';
    missed ||= told.startsWith('MISS');
    console.log(`${measure.padEnd(44)}${names.map((name) => shown(row.get(name))).join('')}  ${told}`);
  }
  for (const gate of gates) if (!table.has(gate.measure)) console.log(`${gate.measure.padEnd(44)}${'not measured'.padStart(13)}`);
  for (const note of notes) console.log(`  ${note}`);
  console.log(`load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores, Node ${process.version}`);
  return missed;
}
