/** Bad inputs S10, S11 and S21 to S23: programs that want a terminal. */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../kit.ts';
import { exec, type OpenWorld, shown } from './world.ts';

const wait = { wait_ms: 120_000 };

/** Registers them. */
export function terminalInputs(open: OpenWorld): void {
  it('S2: a terminal loses nothing of a program that ends at once', async () => {
    await using at = await open();
    for (let index = 0; index < 20; index++) {
      const answer = await exec(at.client, 'head -c 20000 /dev/zero | tr "\\0" x', { tty: true });
      expect(answer.facts['output_bytes']).toBe(20_000);
    }
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
}
