/** Bad inputs S1, S2, S5, S6, S9, S25 and S27: what a command is, and what it gets. S3, S4, S7 and S8 are in the torture set. */
import { access, chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { output } from '../kit.ts';
import { exec, type OpenWorld } from './world.ts';

/** Registers them. */
export function commandsInputs(open: OpenWorld): void {
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

  it('S25: a command gets none of the secrets of the server and its gateway', async () => {
    process.env['SANDLOT_API_KEY'] = process.env['OTEL_EXPORTER_OTLP_HEADERS'] = process.env['SOME_TOKEN'] = 'top-secret-value';
    await using at = await open();
    const secrets = await output(at.client, 'env; cat /proc/self/environ | tr "\\0" "\\n"; compgen -e');
    expect(secrets).toContain('PATH');
    expect(secrets).not.toMatch(/top-secret-value|test-key|SANDLOT|SOME_TOKEN/);
    expect(await output(at.client, 'ls /proc/self/fd | wc -l')).toBe('4\n');
  });
}
