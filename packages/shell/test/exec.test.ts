import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { isThere, output, until } from './kit.ts';
import { shell } from '../src/index.ts';

describe('shell_exec', () => {
  it('answers with the output as it is, and the exit code as a fact', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(shell, { workspace: folder.path });
    const answer = await client.call('shell_exec', { command: 'echo out; echo err >&2; exit 3' });
    expect(answer.content[0]?.text).toBe('out\nerr\n');
    expect(answer.facts).toMatchObject({ status: 'exited', exit_code: 3, session: 'default', cwd: folder.path, output_bytes: 8 });
    expect(answer.isError).toBe(false);
    expect(answer.text).toContain('exit code 3');
  });

  it('carries folder, exported variables, functions and aliases over, and nothing else', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'sub dir'));
    await using client = await connect(shell, { workspace: folder.path });
    await output(
      client,
      `cd 'sub dir'; export A=$'two\\nlines é'; local_only=1; f() { echo "f:$1"; }; alias say='echo said'; umask 027; set -eu; unset HOME`,
    );
    expect(await output(client, 'pwd; printf "%s|" "$A" "${local_only-none}" "${HOME-none}"; f x; say it; umask; echo $-')).toBe(
      `${folder.path}/sub dir\ntwo\nlines é|none|none|f:x\nsaid it\n0027\nhBc\n`,
    );
  });

  it('carries values of every kind as they are', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(shell, { workspace: folder.path });
    const values = [
      '',
      ' ',
      "it's",
      '"double"',
      '$HOME',
      '`id`',
      '\\',
      '\\\\n',
      '\\"',
      'a\nb',
      '\n',
      '\t',
      'é日本🙂',
      '!x',
      '*',
      '; ls',
      '\u001b[31m',
      "$'x'",
      '\u0001\u007f',
    ];
    const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
    await output(client, values.map((value, index) => `export V${index}=${quote(value)}`).join('\n'));
    const printed = await output(
      client,
      values.map((_, index) => `printf '%s' "$V${index}" | od -An -v -tx1 | tr -d ' \\n'; echo`).join('\n'),
    );
    expect(printed.split('\n').slice(0, -1)).toEqual(values.map((value) => Buffer.from(value).toString('hex')));
  });

  it('keeps the state of a session when a command ends badly', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(shell, { workspace: folder.path });
    await output(client, 'cd /usr; export A=1');
    for (const command of ['exec true', 'kill -9 $$', 'trap "echo bye" EXIT; exit 4', 'set -e; false', 'echo "', 'if', ')']) {
      await output(client, command);
      expect(await output(client, 'pwd; echo $A'), command).toBe('/usr\n1\n');
    }
  });

  it('keeps env of one call out of the next', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(shell, { workspace: folder.path });
    await output(client, 'export A=session');
    expect(await output(client, 'echo $A $B', { env: { A: 'call', B: 'call' } })).toBe('call call\n');
    expect(await output(client, 'echo $A $B')).toBe('session\n');
  });

  it('runs without a session when it is null: nothing carries over, and nothing queues', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(shell, { workspace: folder.path });
    await output(client, 'cd /usr; export A=session; f() { :; }');
    const slow = client.call('shell_exec', { command: 'until [ -e go ]; do sleep 0.01; done', session: null, wait_ms: 120_000 });
    const answer = await client.call('shell_exec', { command: 'echo "[$A] $PWD"; type f; cd /; export A=null', session: null });
    expect(answer.content[0]?.text).toMatch(new RegExp(`^\\[\\] ${folder.path}\\n.*f: not found`));
    expect(answer.facts).not.toHaveProperty('session');
    expect(await output(client, 'echo "[$A] $PWD"', { session: null })).toBe(`[] ${folder.path}\n`);
    expect(await output(client, 'echo $A $PWD; touch go', { cwd: folder.path })).toBe(`session ${folder.path}\n`);
    expect((await slow).facts['exit_code']).toBe(0);
    const { facts, text } = await client.call('shell_list');
    expect((facts['sessions'] as { session: string }[]).map(({ session }) => session)).toEqual(['default']);
    expect(text).toContain('no session');
  });

  it('goes on after the wait, and shell_read gives the rest', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(shell, { workspace: folder.path });
    const first = await client.call('shell_exec', {
      command: 'echo one; until [ -e go ]; do sleep 0.01; done; echo two; exit 5',
      wait_ms: 500,
    });
    expect(first.content[0]?.text).toBe('one\n');
    expect(first.facts).toMatchObject({ status: 'running' });
    await output(client, 'touch go');
    const second = await client.call('shell_read', { process_id: first.facts['process_id'], wait_ms: 120_000 });
    expect(second.content[0]?.text).toBe('two\n');
    expect(second.facts).toMatchObject({ status: 'exited', exit_code: 5 });
  });

  it('S25: gives a command none of the secrets and descriptors of the server', async () => {
    await using folder = await temporaryFolder();
    process.env['SANDLOT_API_KEY'] = process.env['OTEL_EXPORTER_OTLP_HEADERS'] = process.env['SOME_TOKEN'] = 'secret';
    await using client = await connect(shell, { workspace: folder.path });
    expect(await output(client, 'env; cat /proc/self/environ | tr "\\0" "\\n"')).not.toContain('secret');
    const names = await output(client, 'ls /proc/self/fd | wc -l; compgen -e | sort | tr "\\n" " "');
    expect(names).not.toContain('SANDLOT');
    expect(Number(names.split('\n')[0])).toBe(4);
  });

  it('ends the whole tree when the call is cancelled', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(shell, { workspace: folder.path });
    const controller = new AbortController();
    const call = client.call(
      'shell_exec',
      { command: 'echo $$ >pids; (env -i setsid sleep 611 & echo $! >>pids; wait) & echo $! >>pids; sleep 612' },
      { signal: controller.signal },
    );
    const pids = await until(async () => {
      const lines = (await readFile(join(folder.path, 'pids'), 'utf8').catch(() => '')).trim().split('\n');
      return lines.length === 3 ? lines.map(Number) : undefined;
    });
    controller.abort();
    await expect(call).rejects.toThrow();
    await until(() => Promise.resolve(pids.some(isThere) ? undefined : true));
  });
});
