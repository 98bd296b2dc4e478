/**
 * Measures the built server over stdio, as a client sees it:
 *   npm run build -w packages/browser && node --conditions=@sandlot/source packages/browser/bench/bench.ts [runs]
 * Prints medians, and the load of the machine, without which they mean nothing.
 */
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { temporaryFolder } from '@sandlot/core/testing';
import { refIn, startSite } from '../test/site.ts';
import { pages } from './pages.ts';

const runs = Number(process.argv[2] ?? 10);
const bin = fileURLToPath(new URL('../dist/bundle/bin.js', import.meta.url));

const median = (values: number[]) => Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);

await using folder = await temporaryFolder();
await using site = await startSite(pages);

async function start() {
  const began = performance.now();
  const transport = new StdioClientTransport({ command: process.execPath, args: [bin, '--workspace', folder.path] });
  const client = new Client({ name: 'bench', version: '1' });
  await client.connect(transport);
  const ready = performance.now() - began;
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const from = performance.now();
    const result = await client.callTool({ name, arguments: args });
    const text = (result.content as { text?: string }[]).map((block) => block.text ?? '').join('\n');
    return { text, ms: performance.now() - from, size: text.length };
  };
  return { client, call, ready, began, pid: transport.pid ?? 0 };
}

const cold = { initialize: [] as number[], navigate: [] as number[] };
for (let run = 0; run < Math.min(runs, 5); run++) {
  const { client, call, ready, began } = await start();
  await call('browser_navigate', { url: `${site.url}/form` });
  cold.initialize.push(ready);
  cold.navigate.push(performance.now() - began);
  await client.close();
}
const rows: Record<string, unknown>[] = [
  { what: 'spawn to initialize, ms', value: median(cold.initialize) },
  { what: 'spawn to first navigate, ms', value: median(cold.navigate) },
];

const { client, call, pid } = await start();
const memory = () => Math.round(Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024);
rows.push({ what: 'tools/list, characters', value: JSON.stringify((await client.listTools()).tools).length });

for (const name of ['form', 'article', 'table', 'dense', 'spa']) {
  const opened = await call('browser_navigate', { url: `${site.url}/${name}` });
  if (name === 'form') rows.push({ what: 'server memory (PSS) after the first page, MiB', value: memory() });
  const found = await call('browser_find', { text: 'button "Go"' });
  const target = refIn(found.text, '"Go"');
  const clicks = [];
  for (let run = 0; run < (name === 'spa' ? runs * 5 : runs); run++) clicks.push(await call('browser_click', { target }));
  const snapshots = [];
  for (let run = 0; run < runs; run++) snapshots.push(await call('browser_snapshot'));
  const effect = name === 'spa' ? 'Effect' : name === 'form' || name === 'article' ? 'Clicked' : '0.';
  rows.push({
    what: name,
    'navigate ms': Math.round(opened.ms),
    'navigate chars': opened.size,
    'click ms': median(clicks.map(({ ms }) => ms)),
    'click chars, most': Math.max(...clicks.map(({ size }) => size)),
    'effect seen': `${clicks.filter(({ text }) => text.includes(effect)).length} of ${clicks.length}`,
    'snapshot ms': median(snapshots.map(({ ms }) => ms)),
    'snapshot chars': Math.max(...snapshots.map(({ size }) => size)),
  });
}
rows.push({ what: 'server memory (PSS) after all pages, MiB', value: memory() });
await client.close();

for (const row of rows)
  console.log(
    Object.entries(row)
      .map(([key, value]) => (key === 'what' ? String(value).padEnd(40) : `${key === 'value' ? '' : `${key} `}${String(value)}`))
      .join('  '),
  );
console.log(
  `n = ${runs}, load ${loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')}`,
);
