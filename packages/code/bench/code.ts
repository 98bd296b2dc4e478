/**
 * Measures the code server over stdio, interleaved with jupyter_client driven directly on the same Python.
 *
 *   npm run bench:code -- [--rounds 100]
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { testPython } from '../test/test-python.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '100' } } });
const rounds = Number(values.rounds);
const python = await testPython();
const folder = await mkdtemp(join(tmpdir(), 'sandlot-bench-'));
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const transport = new StdioClientTransport({
  command: process.execPath,
  args: [path('../dist/bundle/bin.js'), '--workspace', folder, '--python', python],
  stderr: 'inherit',
});
const client = new Client({ name: 'bench', version: '1.0.0' });
await client.connect(transport);
const pid = transport.pid ?? 0;

/** Calls a tool and gives its facts and the time that it took, in milliseconds. */
async function call(name: string, args: Record<string, unknown> = {}): Promise<{ facts: Record<string, unknown>; ms: number }> {
  const from = performance.now();
  const { structuredContent, isError, content } = await client.callTool({ name, arguments: args }, { timeout: 600_000 });
  if (isError) throw new Error(JSON.stringify(content));
  return { facts: (structuredContent ?? {}) as Record<string, unknown>, ms: performance.now() - from };
}

const cell = (language: string, context?: unknown) =>
  call('code_execute', { language, code: '1 + 1', ...(context !== undefined && { context }) });

async function startDirect() {
  const child = spawn(python, [path('direct.py')], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => Number((await lines.next()).value);
  const startMs = await next();
  return {
    startMs,
    run: (code: string) => {
      child.stdin.write(`${JSON.stringify(code)}\n`);
      return next();
    },
    end: () => child.stdin.end(),
  };
}

const rows: [string, Record<string, number[]>][] = [];
const direct = await startDirect();
rows.push([
  'start to the end of the first cell, ms',
  {
    'sandlot python': [(await cell('python')).ms],
    jupyter_client: [direct.startMs + (await direct.run('1 + 1'))],
    'sandlot javascript': [(await cell('javascript')).ms],
  },
]);

const warm = { 'sandlot python': [] as number[], jupyter_client: [] as number[], 'sandlot javascript': [] as number[] };
for (let round = 0; round < rounds; round++) {
  warm['sandlot python'].push((await cell('python')).ms);
  warm.jupyter_client.push(await direct.run('1 + 1'));
  warm['sandlot javascript'].push((await cell('javascript')).ms);
}
rows.push(['cell of a warm kernel, ms', warm]);
direct.end();

const first = { 'sandlot python': [] as number[], 'sandlot javascript': [] as number[] };
for (let round = 0; round < 10; round++) {
  for (const language of ['python', 'javascript'] as const) {
    await warmKernel();
    const made = await call('code_context_create', { language });
    first[`sandlot ${language}`].push(made.ms + (await cell(language, made.facts['context'])).ms);
    await call('code_context_delete', { context: made.facts['context'] });
  }
}
rows.push(['context and first cell on a prewarmed kernel, ms', first]);

const memory = Object.fromEntries(processes().map(({ what, mib }) => [what, [mib]]));
rows.push(['memory of the processes, MiB (PSS)', memory]);

for (const language of ['python', 'javascript']) {
  const from = performance.now();
  const made = await Promise.all(Array.from({ length: 20 }, () => call('code_context_create', { language })));
  const created = performance.now() - from;
  await Promise.all(made.map(({ facts }) => cell(language, facts['context'])));
  rows.push([`20 contexts of ${language} at once, ms`, { 'until made': [created], 'with a cell in each': [performance.now() - from] }]);
  await Promise.all(made.map(({ facts }) => call('code_context_delete', { context: facts['context'] })));
}
await client.close();
await rm(folder, { recursive: true, force: true });

for (const [measure, row] of rows) {
  const cells = Object.entries(row).map(
    ([name, numbers]) => `${name} ${quantile(numbers, 0.5)}${numbers.length > 1 ? ` (p95 ${quantile(numbers, 0.95)})` : ''}`,
  );
  console.log(`${measure.padEnd(50)} ${cells.join('   ')}`);
}

/** Waits until the pool has its kernel again: a machine that does nothing else has started it. */
async function warmKernel(): Promise<void> {
  for (let before = -1, now = cpu(); now !== before; now = cpu()) {
    before = now;
    await sleep(250);
  }
}

/** CPU time of the server's descendants, in ticks. */
function cpu(): number {
  return (
    descendants(pid).reduce(
      (sum, id) =>
        sum +
        Number(
          read(`/proc/${id}/stat`)
            .split(') ')[1]
            ?.split(' ')
            .slice(11, 13)
            .reduce((a, b) => a + Number(b), 0) ?? 0,
        ),
      0,
    ) >> 1
  );
}

function processes(): { what: string; mib: number }[] {
  return [pid, ...descendants(pid)].map((id, index) => {
    const line = read(`/proc/${id}/cmdline`).replaceAll('\0', ' ');
    const what = index === 0 ? 'server' : (/(host|kernel|direct)\.py|child.main/.exec(line)?.[0] ?? line.slice(0, 20).trim());
    return {
      what: `${what} ${id === pid ? '' : id}`.trim(),
      mib: Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${id}/smaps_rollup`))?.[1]) / 1024,
    };
  });
}

function descendants(of: number): number[] {
  const parents = readdirSync('/proc')
    .map(Number)
    .filter((id) => id > 0)
    .map((id) => ({ id, parent: Number(/\) \S (\d+)/.exec(read(`/proc/${id}/stat`))?.[1]) }));
  const children = (parent: number): number[] => parents.filter((one) => one.parent === parent).flatMap(({ id }) => [id, ...children(id)]);
  return children(of);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function quantile(numbers: readonly number[], part: number): string {
  return (numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * part)] ?? Number.NaN).toFixed(1);
}
