/**
 * Walks the probe table and prints it as `docs/probes.md` keeps it. Exits with 1 when a row took longer than six seconds.
 *
 *   node --conditions=@sandlot/source packages/browser/bench/probes.ts
 */
import { walkProbes } from '../test/probes.ts';

const longestMs = 6_000;
const probed = await walkProbes();
console.log('| Situation | What the server does | ms |\n| --- | --- | --- |');
for (const { name, outcome, ms } of probed) console.log(`| ${name} | ${outcome.replaceAll('|', '\\|')} | ${Math.round(ms)} |`);
const slow = probed.filter(({ ms }) => ms > longestMs);
if (slow.length > 0) console.log(`Over ${longestMs} ms: ${slow.map(({ name }) => name).join(', ')}`);
process.exitCode = slow.length > 0 ? 1 : 0;
