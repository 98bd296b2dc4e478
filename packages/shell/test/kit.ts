/** What the tests of the shell server share. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, vi } from 'vitest';
import type { Caller } from './bad-inputs/world.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 600_000 });

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

/** Starts the server as a process of its own, over stdio. */
export async function startServer(
  workspace: string,
  env: Record<string, string> = {},
): Promise<{ client: Client; pid: number } & AsyncDisposable> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--conditions=@sandlot/source', bin, '--workspace', workspace],
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stderr: 'inherit',
  });
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport);
  return { client, pid: transport.pid ?? 0, [Symbol.asyncDispose]: () => client.close() };
}

/** Runs a command and gives its output without the closing line. */
export async function output(client: Caller, command: string, args: Record<string, unknown> = {}): Promise<string> {
  const answer = await client.call('shell_exec', { command, wait_ms: 120_000, ...args });
  expect(answer.isError, answer.text).toBe(false);
  return answer.content.length > 1 ? String(answer.content[0]?.text) : '';
}

/** Waits until `look` finds something. */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const deadline = Date.now() + 300_000; Date.now() < deadline; await sleep(10)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error('It never came.');
}

/** True while a process exists and is no zombie. */
export function isThere(pid: number): boolean {
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
