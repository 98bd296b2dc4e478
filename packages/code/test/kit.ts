/** What the tests of the code server share. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { TestAnswer, TestClient } from '@sandlot/core/testing';
import { vi } from 'vitest';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

/** Starts the server as a process of its own, over stdio. */
export async function startServer(
  workspace: string,
  env: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<{ client: Client; pid: number } & AsyncDisposable> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--conditions=@sandlot/source', bin, '--workspace', workspace, ...flags],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stderr: 'inherit',
  });
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport);
  return { client, pid: transport.pid ?? 0, [Symbol.asyncDispose]: () => client.close() };
}

/** Runs a cell. */
export function execute(client: TestClient, language: string, code: string, more: Record<string, unknown> = {}): Promise<TestAnswer> {
  return client.call('code_execute', { language, code, ...more });
}

/** Waits until `look` finds something. */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const deadline = Date.now() + 300_000; Date.now() < deadline; await sleep(20)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error('It never came.');
}
