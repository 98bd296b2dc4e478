/** Bad inputs S12 to S17, S24 and S26: how long commands live, and how many. */
import { readdirSync } from 'node:fs';
import { access, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isThere, output, until } from '../kit.ts';
import { exec, type OpenWorld, readUntil, shown } from './world.ts';

/** Registers them. */
export function lifetimeInputs(open: OpenWorld): void {
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
    for (let index = 0; index < 3; index++) await exec(at.client, 'true', { tty: index === 0 });
    const before = readdirSync(`/proc/${at.pid()}/fd`).length;
    for (let index = 0; index < 30; index++) await exec(at.client, 'echo x', { tty: index % 3 === 0, stdin: 'x' });
    await expect.poll(() => readdirSync(`/proc/${at.pid()}/fd`).length).toBeLessThanOrEqual(before + 2);
  });
}
