/**
 * `npm run conformance`: the conformance suite against the fixture, direct and through the gateway, in every pairing of protocol eras.
 * Writes `docs/reference/conformance.md`. Fails on a loss that is not in `known-failures.json`, and on an entry there that passes.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { type Build, builds, buildsOver, speaks, startDirect, startGateway, type Transport, transports } from './cells.ts';
import { type Cell, judge, render } from './report.ts';
import { type Revision, revisions, runSuite } from './suite.ts';

const known: Record<string, string[]> = JSON.parse(await readFile(new URL('known-failures.json', import.meta.url), 'utf8')) as Record<
  string,
  string[]
>;

async function direct(build: Build, revision: Revision): Promise<Cell> {
  const cell = { build, revision, route: 'direct' as const };
  if (!speaks(build, revision)) return cell;
  await using server = await startDirect(build);
  return { ...cell, result: await runSuite(server.url, revision) };
}

/** Each cell has a gateway of its own: what an earlier one left behind must not help or harm it. */
async function bridged(build: Build, revision: Revision, transport: Transport): Promise<Cell> {
  await using gateway = await startGateway(transport);
  return { build, revision, route: transport, result: await runSuite(gateway.urlOf(build), revision) };
}

const cells: Cell[] = [];
for (const build of builds) {
  for (const revision of revisions) {
    const over = transports.filter((transport) => buildsOver(transport).includes(build));
    for (const route of ['direct', ...over] as const) {
      const cell = route === 'direct' ? await direct(build, revision) : await bridged(build, revision, route);
      cells.push(cell);
      const { result } = cell;
      const said = result
        ? `${result.passed.length}/${result.passed.length + result.lost.length} ${[...result.lost.map((name) => `lost ${name}`), ...result.retried.map((name) => `second attempt: ${name}`)].join(', ')}`
        : 'n/a';
      process.stdout.write(`${build.padEnd(7)} ${revision} ${route.padEnd(8)} ${said}\n`);
    }
  }
}
await writeFile(new URL('../../docs/reference/conformance.md', import.meta.url), render(cells));
const complaints = judge(cells, known);
for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
process.exitCode = complaints.length > 0 ? 1 : 0;
