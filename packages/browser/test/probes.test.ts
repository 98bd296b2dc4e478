import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { walkProbes } from './probes.ts';

const table = fileURLToPath(new URL('../docs/probes.md', import.meta.url));

it('every row of the probe table is as docs/probes.md tells it, and none hangs', async () => {
  const told = (await readFile(table, 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, '').trim()))
    .slice(2)
    .map(([name, outcome]) => ({ name, outcome }));
  const probed = await walkProbes();
  expect(probed.map(({ name, outcome }) => ({ name, outcome: outcome.replaceAll('|', '\\|') }))).toEqual(told);
  // Six seconds on a machine that is not busy; `npm run bench:browser:probes` measures that.
  for (const { name, ms } of probed) expect(ms, name).toBeLessThan(60_000);
});
