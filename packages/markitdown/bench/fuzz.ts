/**
 * Converts broken documents of every kind and says whether anything but Markdown or a clear error came out.
 *
 *   npm run fuzz:markitdown -- [--count 10000] [--first 0]
 *
 * The same numbers make the same documents. Exits with 1 when there was a problem.
 */
import { parseArgs } from 'node:util';
import { fuzz } from '../test/fuzz.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '10000' }, first: { type: 'string', default: '0' } } });
const start = performance.now();
const { converted, refused, problems, slowestMs } = await fuzz(Number(values.first), Number(values.count));
const told = Object.entries(refused).map(([code, count]) => `${code} ${count}`);
console.log(
  `${values.count} documents from ${values.first} in ${Math.round((performance.now() - start) / 1000)} s: ${converted} converted, refused: ${told.join(', ')}; slowest ${Math.round(slowestMs)} ms; ${problems.length} problems`,
);
for (const problem of problems.slice(0, 50)) console.log(`  ${problem.slice(0, 300)}`);
process.exitCode = problems.length > 0 ? 1 : 0;
