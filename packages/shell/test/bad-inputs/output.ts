/** Bad inputs S18 to S20: what commands write. */
import { readFileSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { output } from '../kit.ts';
import { exec, type OpenWorld, readUntil, shown } from './world.ts';

/** Registers them. */
export function outputInputs(open: OpenWorld): void {
  it('S18: floods stay within memory, and head, tail and file are kept', async () => {
    await using at = await open();
    await exec(at.client, 'true');
    globalThis.gc?.();
    const before = residentBytes(at.pid());
    let most = 0;
    const timer = setInterval(() => (most = Math.max(most, residentBytes(at.pid()))), 5);
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
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;
}
