/** The bad inputs S1–S27, each by its number. S3, S4, S7 and S8 are in the torture set, S25 is in exec.test.ts, S14 in server-end.test.ts too. */
import { spawnSync } from 'node:child_process';
import { access, chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, temporaryFolder, type TestAnswer, type TestClient } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { shell } from '../src/index.ts';
import { isThere, output, until } from './kit.ts';

const wait = { wait_ms: 120_000 };

/** A client with a workspace of its own. */
async function open(options: Record<string, unknown> = {}): Promise<{ client: TestClient; path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  const client = await connect(shell, { workspace: folder.path, options });
  return {
    client,
    path: folder.path,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const exec = (client: TestClient, command: string, args: Record<string, unknown> = {}): Promise<TestAnswer> =>
  client.call('shell_exec', { command, ...wait, ...args });

const shown = ({ content }: TestAnswer): string => (content.length > 1 ? String(content[0]?.text) : '');

/** Reads on until the output holds a text; gives all that was read. */
async function readUntil(client: TestClient, id: unknown, text: string): Promise<string> {
  let all = '';
  await until(async () => {
    all += shown(await client.call('shell_read', { process_id: id, wait_ms: 200, until: 'output' }));
    return all.includes(text) ? true : undefined;
  });
  return all;
}

it('S1: ends of every kind are data', async () => {
  await using at = await open({ memoryMb: 256 });
  await writeFile(join(at.path, 'plain'), '');
  for (const [command, facts] of [
    ['exit 0', { status: 'exited', exit_code: 0 }],
    ['exit 7', { status: 'exited', exit_code: 7 }],
    ['exit 255', { status: 'exited', exit_code: 255 }],
    ['kill -9 $$', { status: 'killed', signal: 'SIGKILL' }],
    ['no-such-command', { status: 'exited', exit_code: 127 }],
    ['./plain', { status: 'exited', exit_code: 126 }],
    ['exec no-such-command', { status: 'exited', exit_code: 127 }],
    ['python3 -c "x = bytearray(10**9)"', { status: 'exited', exit_code: 1 }],
  ] as const) {
    const answer = await exec(at.client, command);
    expect(answer.isError).toBe(false);
    expect(answer.facts, command).toMatchObject(facts);
  }
  const missing = await exec(at.client, 'pwd', { cwd: 'no/such/folder' });
  expect(missing.error?.code).toBe('NOT_FOUND');
  expect(missing.text).toContain('no/such/folder');
  const file = await exec(at.client, 'pwd', { cwd: 'plain' });
  expect(file.text).toContain('not a folder');
});

it('S1: a session whose folder is gone says so and can go on elsewhere', async () => {
  await using at = await open();
  await exec(at.client, 'mkdir d; cd d; rmdir "$PWD"');
  expect((await exec(at.client, 'pwd')).error?.code).toBe('FAILED_PRECONDITION');
  expect(await output(at.client, 'pwd', { cwd: at.path })).toBe(`${at.path}\n`);
});

it('S2: output just before the exit is never lost', async () => {
  await using at = await open();
  const sizes = [1, 4096, 65_536, 65_537, 300_000, 1_000_000];
  const run = async (worker: number) => {
    for (let index = 0; index < 40; index++) {
      const size = sizes[(worker + index) % sizes.length] ?? 1;
      const answer = await exec(at.client, `head -c ${size} /dev/zero | tr '\\0' x`, { session: `w${worker}`, max_output: 200 });
      expect(answer.facts['output_bytes']).toBe(size);
    }
  };
  await Promise.all(Array.from({ length: 6 }, (_, worker) => run(worker)));
});

it('S2: a terminal loses nothing of a program that ends at once', async () => {
  await using at = await open();
  for (let index = 0; index < 20; index++) {
    const answer = await exec(at.client, 'head -c 20000 /dev/zero | tr "\\0" x', { tty: true });
    expect(answer.facts['output_bytes']).toBe(20_000);
  }
});

it('S5: commands of 130 kB and 1 MB run', async () => {
  await using at = await open();
  for (const size of [130_000, 1_000_000])
    expect(await output(at.client, `x='${'é'.repeat(size / 2)}'; echo \${#x}`)).toBe(`${size / 2}\n`);
});

it('S5: variables too large for a process do not lock a session up', async () => {
  await using at = await open();
  await exec(at.client, "export BIG=$(head -c 200000 /dev/zero | tr '\\0' x) A=1");
  expect(await output(at.client, 'echo ${#BIG} $A; ls')).toMatch(/^200000 1\n.*Argument list too long/);
  expect(await output(at.client, 'unset BIG; ls; echo ${#BIG} $A')).toBe('0 1\n');
});

it('S6: NUL and text that is not Unicode are refused, and nothing runs', async () => {
  await using at = await open();
  for (const args of [{ command: 'touch ran\0' }, { command: 'touch ran', cwd: 'a\0b' }, { command: 'touch ran', env: { A: '\0' } }]) {
    const answer = await exec(at.client, args.command, args);
    expect(answer.error?.code).toBe('INVALID_ARGUMENT');
    expect(answer.text).toContain('NUL');
  }
  expect((await exec(at.client, 'touch ran', { env: { 'no name': '' } })).text).toContain('no name');
  expect((await exec(at.client, 'touch ran \uD800')).error?.code).toBe('INVALID_ARGUMENT');
  await expect(access(join(at.path, 'ran'))).rejects.toThrow();
});

it('S9: a program that reads stdin sees its end at once, or what was given', async () => {
  await using at = await open();
  expect(await output(at.client, 'cat; echo "[$?]"')).toBe('[0]\n');
  expect(await output(at.client, 'wc -c; cat /dev/stdin', { stdin: 'x'.repeat(200_000) })).toMatch(/^200000\n/);
});

it('S10, S11: waiting_for_input comes from facts', async () => {
  await using at = await open();
  const waiting = [
    'read -p "Name? " x; echo "<$x>"',
    'cat',
    'python3 -q',
    'bash --norc -i',
    'python3 -c "import getpass; getpass.getpass()"',
    'node -i',
    `node -e 'process.stdin.setRawMode(true); process.stdin.resume()'`,
    // Where they are installed.
    ...['less /etc/passwd', 'vi x', 'top'].filter((command) => spawnSync('which', [command.split(' ')[0] ?? '']).status === 0),
  ];
  const working = [
    'sleep 600',
    'printf "Password: "; sleep 600',
    'echo "error: failed"; printf "\\$ "; while :; do :; done',
    'tail -f /etc/passwd',
    'node -e "setTimeout(() => {}, 600000)"',
    'python3 -c "import time; input = 1; time.sleep(600)"',
  ];
  // All at once: this takes as long as one.
  await Promise.all([
    ...waiting.map(async (command, index) => {
      const answer = await exec(at.client, command, { tty: true, session: `w${index}` });
      expect(answer.facts, command).toMatchObject({ status: 'running', waiting_for_input: true });
    }),
    ...working.map(async (command, index) => {
      const answer = await exec(at.client, command, { tty: true, session: `n${index}`, wait_ms: 3000 });
      expect(answer.facts, command).toMatchObject({ status: 'running', waiting_for_input: false });
    }),
  ]);
});

it('S10: an answer is typed and goes to the program', async () => {
  await using at = await open();
  const asked = await exec(at.client, 'read -p "Name? " x; echo "<$x>"; exit 4', { tty: true });
  expect(shown(asked)).toContain('Name? ');
  const answered = await at.client.call('shell_write', {
    process_id: asked.facts['process_id'],
    input: 'some body',
    keys: ['enter'],
    ...wait,
  });
  expect(shown(answered)).toContain('<some body>');
  expect(answered.facts).toMatchObject({ status: 'exited', exit_code: 4 });
  const late = await at.client.call('shell_write', { process_id: asked.facts['process_id'], input: 'x' });
  expect(late.error?.code).toBe('FAILED_PRECONDITION');
});

it('S12: after the wait the command goes on, and cursors neither lose nor repeat', async () => {
  await using at = await open();
  const started = await exec(at.client, 'for i in $(seq 300); do echo "line $i é"; sleep 0.005; done', { wait_ms: 100 });
  expect(started.facts['status']).toBe('running');
  let text = shown(started);
  let cursor = Number(started.facts['cursor']);
  await until(async () => {
    const next = await at.client.call('shell_read', { process_id: started.facts['process_id'], cursor, wait_ms: 50, until: 'output' });
    text += shown(next);
    cursor = Number(next.facts['cursor']);
    return next.facts['status'] === 'exited' ? true : undefined;
  });
  const expected = Array.from({ length: 300 }, (_, index) => `line ${index + 1} é\n`).join('');
  expect(text).toBe(expected);
  const again = await at.client.call('shell_read', { process_id: started.facts['process_id'], cursor: 0 });
  expect(shown(again)).toBe(expected);
});

it('S13: at the hard limit the whole tree ends and the output is kept', async () => {
  await using at = await open();
  const answer = await exec(at.client, 'echo before; sleep 611 & echo $! >pids; setsid sleep 612 | sleep 613', { timeout_ms: 5000 });
  expect(answer.facts['status']).toBe('timed_out');
  expect(shown(answer)).toBe('before\n');
  expect(answer.text).toContain('timed out');
  expect(answer.facts['survivors']).toBeUndefined();
  expect(isThere(Number(await readFile(join(at.path, 'pids'), 'utf8')))).toBe(false);
});

it('S14: a cancelled call ends its tree, in its queue too', async () => {
  await using at = await open();
  const controller = new AbortController();
  const call = exec(at.client, 'echo $$ >pid; trap "" TERM; sleep 614', { session: 's' });
  const queued = at.client.call('shell_exec', { command: 'touch ran', session: 's' }, { signal: controller.signal });
  await until(() =>
    stat(join(at.path, 'pid')).then(
      ({ size }) => size > 0 || undefined,
      () => undefined,
    ),
  );
  controller.abort();
  await expect(queued).rejects.toThrow();
  const pid = Number(await readFile(join(at.path, 'pid'), 'utf8'));
  await at.client.call('shell_kill', { session: 's', signal: 'SIGKILL' });
  expect((await call).facts).toMatchObject({ status: 'killed', signal: 'SIGKILL' });
  expect(isThere(pid)).toBe(false);
  await expect(access(join(at.path, 'ran'))).rejects.toThrow();
});

it('S15: a background child does not hold up the answer; it is listed, readable and endable', async () => {
  await using at = await open();
  const answer = await exec(at.client, '(until [ -e go ]; do sleep 0.01; done; echo late; sleep 615) & echo now');
  expect(shown(answer)).toBe('now\n');
  expect(answer.facts['status']).toBe('exited');
  const [child] = answer.facts['survivors'] as number[];
  expect(isThere(child ?? 0)).toBe(true);
  const id = answer.facts['process_id'];
  await writeFile(join(at.path, 'go'), '');
  expect(await readUntil(at.client, id, 'late')).toContain('late\n');
  expect((await at.client.call('shell_list')).text).toContain(String(id));
  const ended = await at.client.call('shell_kill', { process_id: id });
  expect(ended.facts).toMatchObject({ ended: [id], survivors: [] });
  expect(isThere(child ?? 0)).toBe(false);
});

it('S16: setsid, double forks, nohup and disown do not escape', async () => {
  await using at = await open();
  const daemon =
    'import os,time\nif os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\nopen("pids","a").write(f"{os.getpid()}\\n")\nos.execve("/bin/sleep",["sleep","616"],{})';
  const command = `(trap '' TERM; exec setsid sleep 616) & echo $! >>pids; (setsid sleep 616 & echo $! >>pids); nohup sleep 616 >/dev/null & echo $! >>pids; sleep 616 & echo $! >>pids; disown; env -i python3 -c '${daemon}' & wait $!; sleep 617`;
  const answer = await exec(at.client, command, { wait_ms: 0 });
  const pids = await until(async () => {
    const lines = (await readFile(join(at.path, 'pids'), 'utf8').catch(() => '')).trim().split('\n');
    return lines.length === 5 ? lines.map(Number) : undefined;
  });
  expect(pids.filter(isThere)).toHaveLength(5);
  const ended = await at.client.call('shell_kill', { process_id: answer.facts['process_id'], grace_ms: 300 });
  expect(ended.facts['survivors']).toEqual([]);
  expect(pids.filter(isThere)).toEqual([]);
});

it('S17: a command with too many processes is ended, and the server answers', async () => {
  await using at = await open({ children: 40 });
  const bomb = exec(at.client, 'for i in $(seq 120); do sleep 617 & echo $! >>pids; done; wait');
  expect(await output(at.client, 'echo other', { session: 'other' })).toBe('other\n');
  const answer = await bomb;
  expect(answer.facts).toMatchObject({ status: 'killed' });
  expect(answer.text).toContain('too many processes');
  const pids = (await readFile(join(at.path, 'pids'), 'utf8')).trim().split('\n').map(Number);
  expect(pids.length).toBeGreaterThan(30);
  expect(pids.filter(isThere)).toEqual([]);
});

it('S18: floods stay within memory, and head, tail and file are kept', async () => {
  await using at = await open();
  await exec(at.client, 'true');
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
  const answer = await exec(at.client, 'echo first; seq 100000000 | head -c 100000000; echo; echo last');
  clearInterval(timer);
  expect(answer.facts['output_bytes']).toBe(100_000_012);
  expect(answer.facts['omitted_bytes']).toBe(
    100_000_012 - Buffer.byteLength(shown(answer).replace(/\n\[\d+ bytes left out[^\]]*\]\n/, '')),
  );
  expect(shown(answer)).toMatch(/^first\n1\n2\n/);
  expect(shown(answer)).toMatch(/\nlast\n$/);
  expect(shown(answer).length).toBeLessThan(17_000);
  const { size } = await stat(String(answer.facts['output_file']));
  expect(size).toBe(64 * 1024 * 1024);
  expect(most - before).toBeLessThan(64 * 1024 * 1024);
  const line = await exec(at.client, 'head -c 50000000 /dev/zero | tr "\\0" x');
  expect(shown(line).length).toBeLessThan(17_000);
});

it('S18: yes can be read, and ended', async () => {
  await using at = await open();
  const answer = await exec(at.client, 'yes', { wait_ms: 500 });
  expect(answer.facts['status']).toBe('running');
  expect(shown(answer).length).toBeLessThan(17_000);
  expect((await at.client.call('shell_kill', { process_id: answer.facts['process_id'] })).facts['ended']).toHaveLength(1);
});

it('S19: split characters are whole, invalid bytes and NUL are visible', async () => {
  await using at = await open();
  const split = String.raw`for i in 1 2 3; do printf '\xf0\x9f'; sleep 0.05; printf '\x99\x82'; done; echo`;
  const started = await exec(at.client, split, { wait_ms: 20 });
  expect(shown(started) + (await readUntil(at.client, started.facts['process_id'], '\n'))).toBe('🙂🙂🙂\n');
  expect(await output(at.client, String.raw`printf 'a\xffb\0c\n'`)).toBe('a\uFFFDb\\x00c\n');
});

it('S20: an escape code that is written in two parts is not shown', async () => {
  await using at = await open();
  const started = await exec(at.client, String.raw`printf 'a\033[3'; until [ -e go ]; do sleep 0.01; done; printf '1mb\n'`, {
    wait_ms: 300,
  });
  await writeFile(join(at.path, 'go'), '');
  expect(shown(started) + (await readUntil(at.client, started.facts['process_id'], '\n'))).toBe('ab\n');
});

it('S20: 5,000 updates of a progress bar become a line', async () => {
  await using at = await open();
  expect(await output(at.client, String.raw`for i in $(seq 5000); do printf '\r[%-50s] %d' '####' $i; done; echo`)).toBe(
    `[####${' '.repeat(46)}] 5000\n`,
  );
  const moves = await output(at.client, String.raw`for i in $(seq 5000); do printf '\033[2K\033[1G\r%d%%' $i; done; echo`);
  expect(moves).toBe('5000%\n');
});

it('S21: a program that asks the terminal gets an answer, and it is not echoed later', async () => {
  await using at = await open();
  const ask = String.raw`stty -echo raw; printf '\033[6n'; IFS= read -r -d R answer; stty sane; printf '%q' "$answer"; echo; echo end`;
  const answer = await exec(at.client, ask, { tty: true });
  expect(answer.facts['exit_code'], answer.text).toBe(0);
  expect(shown(answer)).toContain(String.raw`$'\E[1;1'`);
  const dropped = await exec(at.client, String.raw`printf '\033[6n\033[c\033]11;?\007'; read -t 0.3 x; echo end`, {});
  expect(shown(dropped)).toBe('end\n');
});

it('S22: a full-screen program can be read as a screen, and leaving it restores', async () => {
  await using at = await open();
  const program = String.raw`
    const draw = (text) => process.stdout.write('\x1b[2J\x1b[H' + text + '\x1b[5;10Hat five');
    process.stdout.write('\x1b]0;the title\x07\x1b[?1049h');
    draw('\x1b[1mfirst\x1b[0m\r\nsecond');
    process.stdin.setRawMode(true).on('data', (key) => {
      if (String(key) !== 'q') return draw('typed ' + JSON.stringify(String(key)));
      process.stdout.write('\x1b[?1049l');
      process.exit(3);
    });`;
  await writeFile(join(at.path, 'full.mjs'), program);
  const id = (
    await exec(at.client, 'echo before; node full.mjs; code=$?; echo after; sleep 0.2; exit $code', { tty: true, cols: 60, rows: 10 })
  ).facts['process_id'];
  const screen = await at.client.call('shell_read', { process_id: id, view: 'screen' });
  expect(shown(screen)).toBe('first\nsecond\n\n\n         at five');
  expect(screen.text).toContain('cursor in row 5, column 17, full screen; title "the title"');
  await at.client.call('shell_write', { process_id: id, keys: ['f5'] });
  expect(shown(await at.client.call('shell_read', { process_id: id, view: 'screen' }))).toContain(String.raw`typed "\u001b[15~"`);
  const ended = await at.client.call('shell_write', { process_id: id, input: 'q', ...wait });
  expect(ended.facts['exit_code']).toBe(3);
  const after = await at.client.call('shell_read', { process_id: id, view: 'screen' });
  expect(shown(after)).toBe('before\nafter');
});

it('S23: keys reach the program in the foreground', async () => {
  await using at = await open();
  const id = (await exec(at.client, 'bash --norc -i', { tty: true })).facts['process_id'];
  const type = (input: string, ...keys: string[]) => at.client.call('shell_write', { process_id: id, input, keys });
  const seen = (pattern: RegExp) =>
    until(async () => pattern.test(shown(await at.client.call('shell_read', { process_id: id, cursor: 0 }))) || undefined);
  const runs = () =>
    until(async () => (await at.client.call('shell_read', { process_id: id })).facts['waiting_for_input'] === false || undefined);
  await type('sleep 623', 'enter');
  await runs();
  await type('', 'ctrl+c');
  await type('echo "code $?"', 'enter');
  await seen(/^code 130/m);
  await type('sleep 624', 'enter');
  await runs();
  await type('', 'ctrl+z');
  await seen(/Stopped/);
  await type('echo fromhistory', 'enter', 'up', 'enter');
  await seen(/^fromhistory[^]*^fromhistory/m);
  await type('kill %1; cat -v', 'enter');
  await type('', 'f1', 'delete', 'enter');
  await seen(/\^\[OP\^\[\[3~/);
  await type('', 'ctrl+\\');
  await seen(/Quit/);
  const ended = await at.client.call('shell_write', { process_id: id, keys: ['ctrl+d'], ...wait });
  expect(ended.facts['status']).toBe('exited');
  expect((await at.client.call('shell_write', { process_id: id, keys: ['hyper+x'] })).text).toContain('hyper+x');
});

it('S24: 200 commands at once keep their outputs apart; one session queues and says so', async () => {
  await using at = await open();
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) => exec(at.client, `echo out-${index}; exit ${index}`, { session: `s${index}` })),
  );
  for (const [index, answer] of answers.entries()) {
    expect(shown(answer)).toBe(`out-${index}\n`);
    expect(answer.facts['exit_code']).toBe(index);
  }
  const [first, second] = await Promise.all([exec(at.client, 'sleep 0.3; export A=1'), exec(at.client, 'echo $A')]);
  expect(first.text).not.toContain('waited');
  expect(shown(second)).toBe('1\n');
  expect(second.text).toMatch(/waited \d+ ms/);
});

it('S24: the same session name and ids of another principal are not reached', async () => {
  await using at = await open();
  await using other = await at.client.as('other');
  await exec(at.client, 'export A=mine');
  expect(await output(other, 'echo "[$A]"')).toBe('[]\n');
  const id = (await exec(at.client, 'sleep 624', { wait_ms: 0 })).facts['process_id'];
  const unknown = { shell_read: { process_id: id }, shell_write: { process_id: id }, shell_kill: { process_id: id } };
  for (const [tool, args] of Object.entries(unknown)) {
    const answer = await other.call(tool, args);
    const never = await other.call(tool, { process_id: 'p0000000000000000' });
    expect(answer.error?.code).toBe('NOT_FOUND');
    expect(answer.text.replaceAll(String(id), 'ID')).toBe(never.text.replaceAll('p0000000000000000', 'ID'));
  }
  expect((await other.call('shell_list')).text).not.toContain(String(id));
});

it('S26: limits hold, and the oldest ended commands go first', async () => {
  await using at = await open({ maxProcesses: 4, maxTerminals: 1 });
  const ids: unknown[] = [];
  for (let index = 0; index < 120; index++) ids.push((await exec(at.client, 'true')).facts['process_id']);
  expect((await at.client.call('shell_read', { process_id: ids[0] })).error?.code).toBe('NOT_FOUND');
  expect((await at.client.call('shell_read', { process_id: ids.at(-1) })).facts['exit_code']).toBe(0);
  const background = { wait_ms: 0 };
  await exec(at.client, 'sleep 626', { tty: true, ...background });
  expect((await exec(at.client, 'sleep 626', { tty: true, ...background })).error?.code).toBe('RESOURCE_EXHAUSTED');
  for (let index = 0; index < 3; index++) await exec(at.client, 'sleep 626', background);
  expect((await exec(at.client, 'true')).error?.code).toBe('RESOURCE_EXHAUSTED');
});

it('S26: the limit holds for calls that come at once', async () => {
  await using at = await open({ maxProcesses: 3 });
  const calls = Array.from({ length: 8 }, (_, index) => exec(at.client, 'sleep 626', { session: `s${index}`, wait_ms: 0 }));
  const answers = await Promise.all(calls);
  expect(answers.filter(({ isError }) => !isError)).toHaveLength(3);
});

it('S26: ended commands leave no descriptor open', async () => {
  await using at = await open();
  const { readdirSync } = await import('node:fs');
  for (let index = 0; index < 3; index++) await exec(at.client, 'true', { tty: index === 0 });
  const before = readdirSync('/proc/self/fd').length;
  for (let index = 0; index < 30; index++) await exec(at.client, 'echo x', { tty: index % 3 === 0, stdin: 'x' });
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 2);
});

it('S27: pagers and editors do not wait for a key', async () => {
  await using at = await open();
  await mkdir(join(at.path, 'repository'));
  const git = 'git -c user.name=a -c user.email=a@example.org';
  const command = `cd repository; git init -q; for i in $(seq 60); do ${git} commit -q --allow-empty -m "commit $i"; done; git log --oneline; ${git} commit --amend --allow-empty; echo $?`;
  const log = await output(at.client, command);
  expect(log).toContain('commit 60');
  expect(log).toMatch(/0\n$/);
  await writeFile(join(at.path, 'pager'), '#!/bin/sh\necho paged; cat\n');
  await chmod(join(at.path, 'pager'), 0o755);
  expect(await output(at.client, `export GIT_PAGER=${at.path}/pager; git log -1 --format=%s; echo $GIT_PAGER`)).toContain('commit 60');
  expect(await output(at.client, 'echo $GIT_PAGER')).toContain('/pager');
});
