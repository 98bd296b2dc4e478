/** Runs the official conformance suite against a URL, and reads what it says. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** Revisions of MCP with a frozen list of required scenarios. */
export const revisions = ['2025-11-25', '2026-07-28'] as const;

/** A revision of MCP. */
export type Revision = (typeof revisions)[number];

/** What one run found. */
export interface SuiteResult {
  /** Required scenarios that passed. */
  readonly passed: readonly string[];
  /** Those of them that did at the second attempt only. */
  readonly retried: readonly string[];
  /** Required scenarios that did not. */
  readonly lost: readonly string[];
  /** Scenarios that do not count: extensions, pending, or newer than the release. */
  readonly unscored: readonly { readonly name: string; readonly passed: boolean; readonly why: string }[];
}

const run = promisify(execFile);
const bin = join(dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')), 'dist/index.js');

/** Runs every scenario of a revision. A required one that fails has a second chance: some have time limits that a busy machine misses. */
export async function runSuite(url: string, revision: Revision): Promise<SuiteResult> {
  const output = await conformance(['server', '--url', url, '--requirements', revision]);
  const unscored = [...output.matchAll(/^ {2}([✓✗]) (\S+) \(([\w-]+)\)$/gmu)].map(([, mark, name = '', why = '']) => ({
    name,
    passed: mark === '✓',
    why,
  }));
  const required = scenariosIn(output).filter(({ name }) => !unscored.some((other) => other.name === name));
  const passed = required.filter((scenario) => scenario.passed).map(({ name }) => name);
  const retried: string[] = [];
  const lost: string[] = [];
  for (const { name } of required.filter((scenario) => !scenario.passed)) {
    ((await runScenario(url, revision, name)) ? retried : lost).push(name);
  }
  if (required.length === 0) throw new Error(`The suite ran nothing against ${url}:\n${output.slice(-2000)}`);
  return { passed: [...passed, ...retried], retried, lost, unscored };
}

/** Runs one scenario. */
async function runScenario(url: string, revision: Revision, name: string): Promise<boolean> {
  return hasPassed.test(await scenarioOutput(url, revision, name));
}

/** What the suite writes where a scenario passes. */
export const hasPassed = /^Passed: (\d+)\/\1, 0 failed/mu;

/** What the suite writes about one scenario. */
export function scenarioOutput(url: string, revision: Revision, name: string): Promise<string> {
  return conformance(['server', '--url', url, '--spec-version', revision, '--scenario', name]);
}

function scenariosIn(output: string): { name: string; passed: boolean }[] {
  return [...output.matchAll(/^([✓✗]) (\S+): \d+ passed, \d+ failed$/gmu)].map(([, mark, name = '']) => ({ name, passed: mark === '✓' }));
}

/** The suite's exit code says no more than its output. */
async function conformance(args: readonly string[]): Promise<string> {
  try {
    return (await run(process.execPath, [bin, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string' && error.stdout !== '') return error.stdout;
    throw error;
  }
}
