/** A few scenarios of the suite in each cell; `npm run conformance` runs them all. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildsOver, type RunningGateway, startGateway, transports } from './cells.ts';
import { type Cell, judge } from './report.ts';
import { hasPassed, scenarioOutput } from './suite.ts';

const cells = transports.flatMap((transport) => buildsOver(transport).map((build) => ({ transport, build })));
const gateways = new Map<string, RunningGateway>();
beforeAll(async () => {
  for (const transport of transports) gateways.set(transport, await startGateway(transport));
});
afterAll(async () => {
  for (const gateway of gateways.values()) await gateway[Symbol.asyncDispose]();
});

describe.each(cells)('through the gateway, a fixture over $transport that speaks: $build', ({ transport, build }) => {
  it.each([
    ['2025-11-25', 'tools-call-elicitation'],
    ['2025-11-25', 'tools-call-with-logging'],
    ['2025-11-25', 'resources-subscribe'],
    ['2026-07-28', 'input-required-result-multi-round'],
    ['2026-07-28', 'input-required-result-capability-check'],
    ['2026-07-28', 'http-custom-header-server-validation'],
  ] as const)('%s %s', async (revision, scenario) => {
    const output = await scenarioOutput(gateways.get(transport)?.urlOf(build) ?? '', revision, scenario);
    expect(output, output).toMatch(hasPassed);
  });
});

describe('the committed page and what is known to fail', () => {
  it('a loss that is not known, and a known failure that passes, are complaints', () => {
    const cell = (lost: string[]): Cell => ({
      build: 'legacy',
      revision: '2026-07-28',
      route: 'stdio',
      result: { passed: [], retried: [], lost, unscored: [] },
    });
    const known = { 'legacy 2026-07-28 stdio': ['ping'] };
    expect(judge([cell(['ping'])], known)).toEqual([]);
    expect(judge([cell(['ping', 'tools-list'])], known)).toEqual(['legacy 2026-07-28 stdio: lost tools-list']);
    expect(judge([cell([])], known)).toEqual([expect.stringContaining('ping passes now')]);
  });

  it('say the same', async () => {
    const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
    const known = Object.values(JSON.parse(await read('known-failures.json')) as Record<string, string[]>).flat();
    const page = await read('../../docs/reference/conformance.md');
    expect(known.filter((scenario) => !page.includes(`\`${scenario}\``))).toEqual([]);
    expect(page.includes('Nothing.')).toBe(known.length === 0);
  });
});
