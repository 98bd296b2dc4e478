/** Large messages on a real pipe. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

it('F25 a message over the limit is a JSON-RPC error, and the server goes on', async () => {
  await using folder = await temporaryFolder();
  const child = spawn(process.execPath, ['--conditions=@sandlot/source', bin, '--workspace', folder.path], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ask = async (id: number, method: string, params: object): Promise<string> => {
    child.stdin.write(`${JSON.stringify({ method, params, jsonrpc: '2.0', id })}\n`);
    return String((await answers.next()).value);
  };
  const write = (id: number, bytes: number) =>
    ask(id, 'tools/call', { name: 'file_write', arguments: { path: `f${id}`, content: 'x'.repeat(bytes) } });
  const client = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  expect(await ask(1, 'initialize', client)).toContain('serverInfo');
  expect(await write(2, 8_000_000)).toContain('"bytes":8000000');
  for (const [id, bytes] of [
    [3, 9_000_000],
    [4, 11_000_000],
  ] as const)
    expect(await write(id, bytes)).toContain('at most 8388608');
  for (const id of [5, 6]) {
    const refused: unknown = JSON.parse(await write(id, 64_000_000));
    expect(refused).toMatchObject({ jsonrpc: '2.0', id, error: { code: -32600, data: { code: 'PAYLOAD_TOO_LARGE' } } });
    expect(await write(id + 10, 4)).toContain('"bytes":4');
  }
  child.stdin.end();
  expect(await exited).toEqual([0, null]);
});
