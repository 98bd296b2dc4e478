import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { shell } from '../src/index.ts';
import { output } from './kit.ts';

it('lets a command that went on in the background not undo what later ones did', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const first = await client.call('shell_exec', {
    // One long sleep: bash goes on when a child that it waits for happens to end by itself just as SIGINT comes.
    command: 'cd /usr; export A=old; sleep 600',
    wait_ms: 0,
    cwd: folder.path,
  });
  await output(client, 'export A=new; cd /');
  const slow = { process_id: first.facts['process_id'] };
  await client.call('shell_kill', { ...slow, signal: 'SIGINT' });
  expect((await client.call('shell_read', { ...slow, wait_ms: 120_000 })).facts['status']).toBe('killed');
  expect(await output(client, 'echo $A $PWD')).toBe('new /\n');
});

it('takes over what a background command left when nothing came after it', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const { facts } = await client.call('shell_exec', { command: 'sleep 0.2; cd /usr', wait_ms: 0 });
  await client.call('shell_read', { process_id: facts['process_id'], wait_ms: 120_000 });
  expect(await output(client, 'pwd')).toBe('/usr\n');
});

it('interrupts with SIGINT, and a program that handles it goes on', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const command = 'trap "echo caught" INT; echo ready; until [ -e go ]; do sleep 0.05; done; echo done';
  const { facts } = await client.call('shell_exec', { command, wait_ms: 0 });
  const id = { process_id: facts['process_id'] };
  await client.call('shell_read', { ...id, wait_ms: 120_000, contains: 'ready' });
  const killed = await client.call('shell_kill', { ...id, signal: 'SIGINT', grace_ms: 0 });
  expect(killed.facts).toMatchObject({ running: [facts['process_id']], ended: [] });
  expect((await client.call('shell_read', { ...id, wait_ms: 120_000, contains: 'caught', cursor: 0 })).text).toContain('caught');
  await output(client, 'touch go', { session: 'other', cwd: folder.path });
  expect((await client.call('shell_read', { ...id, wait_ms: 120_000 })).facts['exit_code']).toBe(0);
});

it('ends every command of a session and forgets it', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  await output(client, 'export A=1; cd /', { session: 's' });
  for (let index = 0; index < 2; index++) await client.call('shell_exec', { command: 'sleep 631', session: 's', wait_ms: 0 });
  const { facts } = await client.call('shell_kill', { session: 's' });
  expect(facts['ended']).toHaveLength(2);
  expect(await output(client, 'echo "[$A]" $PWD', { session: 's' })).toBe(`[] ${folder.path}\n`);
  expect((await client.call('shell_kill', { session: 'never' })).error?.code).toBe('NOT_FOUND');
  expect((await client.call('shell_kill', {})).error?.code).toBe('INVALID_ARGUMENT');
});

it('reports progress with the last line while it waits', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const seen: string[] = [];
  await client.call(
    'shell_exec',
    { command: 'for i in $(seq 25); do echo "step $i"; sleep 0.1; done', wait_ms: 120_000 },
    { onProgress: ({ message }) => void seen.push(message ?? '') },
  );
  expect(seen.length).toBeGreaterThan(0);
  expect(seen[0]).toMatch(/^step \d+$/);
});

it('shows the end of the output with view tail, and all of it in the file', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const { facts, text } = await client.call('shell_exec', { command: 'seq 20000', wait_ms: 120_000, max_output: 1000 });
  expect(text).toContain(String(facts['output_file']));
  const all = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join('');
  expect(await readFile(String(facts['output_file']), 'utf8')).toBe(all);
  const tail = await client.call('shell_read', { process_id: facts['process_id'], view: 'tail', max_output: 200 });
  expect(all.endsWith(String(tail.content[0]?.text))).toBe(true);
  const middle = await client.call('shell_read', { process_id: facts['process_id'], cursor: all.indexOf('10000\n'), max_output: 200 });
  expect(middle.content[0]?.text).toMatch(/^10000\n10001\n/);
  expect(await output(client, 'git init -q 2>/dev/null; git status --short')).toBe('');
});

it('passes the variables that its option names', async () => {
  await using folder = await temporaryFolder();
  process.env['TEST_PASS_ONE'] = process.env['TEST_PASS_TWO'] = process.env['TEST_OTHER'] = 'value';
  await using client = await connect(shell, { workspace: folder.path, options: { passEnv: 'TEST_PASS_*' } });
  expect(await output(client, 'env | grep ^TEST | sort')).toBe('TEST_PASS_ONE=value\nTEST_PASS_TWO=value\n');
});

it('says what was wrong with a call, and what to do', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const { facts } = await client.call('shell_exec', { command: 'sleep 633', wait_ms: 0 });
  const id = { process_id: facts['process_id'] };
  expect((await client.call('shell_write', { ...id, input: 'x' })).text).toContain('tty');
  expect((await client.call('shell_read', { ...id, view: 'screen' })).text).toContain('tty');
  expect((await client.call('shell_read', { process_id: 'nothing' })).text).toContain('"nothing"');
  expect((await client.call('shell_exec', { command: 'cat', stdin: 'x', tty: true })).text).toContain('stdin');
  expect((await client.call('shell_exec', { command: '' })).error?.code).toBe('INVALID_ARGUMENT');
});

it('ends the input of a program in a terminal, also within a line', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  for (const input of ['', 'one\n', 'one\ntwo']) {
    const { facts } = await client.call('shell_exec', { command: 'wc -c', tty: true, wait_ms: 60_000 });
    const ended = await client.call('shell_write', { process_id: facts['process_id'], input, close_stdin: true, wait_ms: 120_000 });
    expect(ended.facts).toMatchObject({ status: 'exited', exit_code: 0 });
    expect(ended.text.replaceAll('\r', '')).toMatch(new RegExp(`(^|\\D)${input.length}\n`));
  }
});

it('waits after typing for a text, any output, or silence', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const command = 'stty -echo; while read -r line; do echo "got $line"; until [ -e "$line" ]; do sleep 0.05; done; echo "saw $line"; done';
  const { facts } = await client.call('shell_exec', { command, tty: true, wait_ms: 60_000 });
  const id = { process_id: facts['process_id'], wait_ms: 120_000 };
  const output = await client.call('shell_write', { ...id, input: 'a\n', until: 'output' });
  expect(output.text).toContain('got a');
  expect(output.text).not.toContain('saw a');
  const idle = await client.call('shell_read', { ...id, until: 'idle' });
  expect(idle.facts).toMatchObject({ status: 'running', waiting_for_input: false });
  const typed = client.call('shell_write', { ...id, input: 'b\n', contains: 'saw a' });
  await writeFile(join(folder.path, 'a'), '');
  expect((await typed).text).toContain('saw a');
  expect((await client.call('shell_write', { ...id, until: 'never' })).error?.code).toBe('INVALID_ARGUMENT');
});
