/** Output as a model reads it: escape codes and redrawn lines; and a session that has functions of the shell's own names. */
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { shell } from '../src/index.ts';
import { output } from './kit.ts';

it('removes control sequences with private prefixes and intermediate bytes', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const codes = ['[>4;2m', '[2 q', '[%m', '[?25l', '[<u', '[=1;1u', '[!p', '[38:2::1:2:3m', '(B', '[0m'];
  const text = codes.map((code) => String.raw`\033${code}x`).join('');
  expect(await output(client, `printf 'a${text.replaceAll('%', '%%')}b\\n'`)).toBe(`a${'x'.repeat(codes.length)}b\n`);
});

it('folds lines that are drawn anew after the cursor went up', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const one = String.raw`echo start; for i in $(seq 50); do printf 'step %s\n\033[1A\033[2K' $i; done; echo done`;
  expect(await output(client, one)).toBe('start\ndone\n');
  const many = String.raw`echo start; printf 'a 0\nb 0\n'; for i in 1 2 3; do printf '\033[2A\033[2Ka %s\r\n\033[Kb %s\n' $i $i; done; echo end`;
  expect(await output(client, many)).toBe('start\na 3\nb 3\nend\n');
  expect(await output(client, String.raw`printf 'a\nb\nc\n\033[2A\033[Jd\n'`)).toBe('a\nd\n');
  expect(await output(client, String.raw`printf 'a 1\nb\n\033[2Fa 2\n\033[1Bc\n'`)).toBe('a 2\nb\nc\n');
  expect(await output(client, String.raw`printf '\033[99Ax\n\033[9999999Bz\n'`)).toBe('x\nz\n');
});

it('keeps exit code and state whatever functions the session has', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const names = ['exit', 'ulimit', 'trap', 'read', 'umask', 'eval', 'exec', 'shopt', 'echo', 'pwd'];
  await output(client, `${names.map((name) => `${name}() { printf 'wrong\\n'; }; export -f ${name};`).join(' ')} A=1; export A`);
  const answer = await client.call('shell_exec', { command: 'printf "$A\\n"; A=2; false', wait_ms: 120_000 });
  expect(answer.facts).toMatchObject({ status: 'exited', exit_code: 1 });
  expect(answer.content[0]?.text).toBe('1\n');
  expect(await output(client, 'printf "$A\\n"')).toBe('2\n');
});

it('says that a cursor is past the end', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const { facts } = await client.call('shell_exec', { command: 'echo four', wait_ms: 120_000 });
  const read = async (cursor: number) => client.call('shell_read', { process_id: facts['process_id'], cursor });
  expect((await read(99)).text).toContain('cursor 99 is past the end of the output, which is at 5');
  expect((await read(99)).facts['cursor']).toBe(5);
  expect((await read(5)).text).not.toContain('past the end');
});
