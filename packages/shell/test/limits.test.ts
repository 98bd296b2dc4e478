/** The limits of a command: wall time, CPU, memory, file size. S17 in bad-inputs/lifetime.ts has the processes. */
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { shell } from '../src/index.ts';
import { output } from './kit.ts';

it('holds limits of CPU time and file size', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path, options: { cpuSeconds: 1, fileMb: 1 } });
  expect(await output(client, 'bash -c "while :; do :; done"; echo $?')).toMatch(/Killed[^]*\n137\n$/);
  expect(await output(client, 'bash -c "head -c 3000000 /dev/zero >big"; echo $?; stat -c %s big')).toMatch(/153\n1048576\n$/);
});

it('holds the limit of memory, for a descendant too, and the next command works', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path, options: { memoryMb: 200 } });
  const grow = 'python3 -c "x = bytearray(10**9)"';
  expect(await output(client, `env -i /bin/bash -c '${grow}'; echo $?`)).toMatch(/MemoryError\n1\n$/);
  expect(await output(client, 'ulimit -v unlimited; echo $?; echo fine')).toMatch(/1\nfine\n$/);
});

it('ends what runs longer than the limit of wall time, whatever the call allows', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path, options: { wallSeconds: 1 } });
  for (const args of [{}, { timeout_ms: 600_000 }]) {
    const answer = await client.call('shell_exec', { command: 'echo before; sleep 641', wait_ms: 120_000, ...args });
    expect(answer.facts).toMatchObject({ status: 'timed_out' });
    expect(answer.content[0]?.text).toBe('before\n');
  }
});

it('takes a long time limit as it is, and refuses one that no timer holds', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  expect(await output(client, 'sleep 0.2; echo late', { timeout_ms: 2_147_483_647 })).toBe('late\n');
  const answer = await client.call('shell_exec', { command: 'touch ran', timeout_ms: 2_147_483_648 });
  expect(answer.error?.code).toBe('INVALID_ARGUMENT');
  expect(answer.text).toContain('timeout_ms');
  expect(await output(client, 'ls')).toBe('');
});

it('answers within 4 MiB whatever is asked for', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  for (const text of ['日本語', '"\\\\', '🙂']) {
    const command = `yes '${text}' | tr -d '\\n' | head -c 8000000`;
    const answer = await client.call('shell_exec', { command, max_output: 1_000_000, wait_ms: 120_000 });
    expect(answer.isError, answer.text.slice(0, 200)).toBe(false);
    expect(answer.facts['output_bytes']).toBe(8_000_000);
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(4 * 1024 * 1024);
    expect((await client.call('shell_exec', { command, max_output: 1_000_001 })).error?.code).toBe('INVALID_ARGUMENT');
  }
});
