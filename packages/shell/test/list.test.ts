import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { shell } from '../src/index.ts';
import { output, until } from './kit.ts';

it('lists commands with what is unread, and sessions with what they changed', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  await output(client, 'export NEW_ONE=1; cd /usr; exit 3');
  const { facts } = await client.call('shell_exec', { command: 'printf 12345; sleep 632', session: 'bg', wait_ms: 0 });
  const listed = await until(async () => {
    const { facts: all } = await client.call('shell_list');
    const [first] = all['processes'] as Record<string, unknown>[];
    return first?.['unread_bytes'] === 5 ? all : undefined;
  });
  expect(listed).toMatchObject({
    processes: [
      { process_id: facts['process_id'], session: 'bg', command: 'printf 12345; sleep 632', status: 'running' },
      { session: 'default', status: 'exited', exit_code: 3, unread_bytes: 0 },
    ],
    sessions: [
      { session: 'bg', cwd: folder.path, variables: [] },
      { session: 'default', cwd: '/usr', variables: ['NEW_ONE'] },
    ],
  });
});

it('shows folder, memory and ports of what lives, also of background children', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const server = `node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => require("fs").writeFileSync("port", String(s.address().port)))'`;
  await client.call('shell_exec', { command: `cd /usr; cd ${folder.path}; ${server} & true`, session: 'bg' });
  await output(client, 'true');
  const port = await until(() =>
    readFile(join(folder.path, 'port'), 'utf8').then(
      (text) => Number(text) || undefined,
      () => undefined,
    ),
  );
  const { facts, text } = await client.call('shell_list');
  const [ended, serving] = facts['processes'] as Record<string, unknown>[];
  expect(serving).toMatchObject({ session: 'bg', status: 'exited', ports: [port], cwd: folder.path });
  expect(serving?.['memory_bytes']).toBeGreaterThan(20_000_000);
  expect(serving?.['memory_bytes']).toBeLessThan(500_000_000);
  expect(ended).not.toHaveProperty('memory_bytes');
  expect(text).toMatch(new RegExp(`MiB  port ${port}  `));
});

it('stays small however many variables a session has', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  await output(client, 'for i in $(seq 3000); do export VARIABLE_$i=$i; done');
  const { facts, text } = await client.call('shell_list');
  expect((facts['sessions'] as { variables: string[] }[])[0]?.variables).toHaveLength(50);
  expect(text.length).toBeLessThan(3000);
});
