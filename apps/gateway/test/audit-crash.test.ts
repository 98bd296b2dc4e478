import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createLog } from '@sandlot/core';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { openAudit } from '../src/audit/trail.ts';
import { verifyLog } from '../src/audit/verify.ts';
import { call, filesOf, linesOf, randomFrom, recordsOf } from './audit-kit.ts';

const writer = [process.execPath, '--conditions=@sandlot/source', join(import.meta.dirname, 'audit-writer.ts')] as const;

/** The acknowledged begins of a writer: number of the record, and what it was about. Ends when `isEnough` says so or the writer dies. */
async function acknowledged(child: ChildProcess, isEnough: (lines: readonly string[]) => boolean): Promise<string[]> {
  const lines: string[] = [];
  if (!child.stdout) throw new Error('no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (isEnough(lines)) break;
  }
  return lines;
}

describe('a writer that is killed', () => {
  it('loses no acknowledged begin record, 20 times in a row', { timeout: 600_000 }, async () => {
    await using folder = await temporaryFolder();
    const random = randomFrom(99);
    const all: string[] = [];
    for (let round = 0; round < 20; round++) {
      const child = spawn(writer[0], [...writer.slice(1), folder.path, '8', round % 2 === 0 ? 'disk' : 'kernel'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit');
      const enough = 5 + random(150);
      const lines = await acknowledged(child, ({ length }) => length >= enough);
      child.kill('SIGKILL');
      await exited;
      all.push(...lines);
      expect(lines.length).toBeGreaterThanOrEqual(enough);
      const newest = filesOf(folder.path).at(-1) ?? '';
      // A write to the page cache is seldom cut in the middle, so the test does that, too.
      if (round % 3 === 0) appendFileSync(newest, (linesOf(newest).at(-1) ?? '').slice(0, 1 + random(300)));
      expect(verifyLog(filesOf(folder.path), { isWhole: true }).fault).toBeUndefined();
    }
    const result = verifyLog(filesOf(folder.path), { isWhole: true });
    expect(result.runs).toHaveLength(20);
    expect(result.runs.slice(0, -1).every(({ closed }) => closed === false)).toBe(true);
    expect(result.open.length).toBeGreaterThan(0);
    expect(result.torn.length).toBeGreaterThanOrEqual(6);
    const bySeq = new Map(recordsOf(folder.path).map((record) => [record['seq'], record]));
    for (const line of all) {
      const [seq, text] = line.split(' ');
      expect(bySeq.get(Number(seq))).toMatchObject({ type: 'begin', args: { text } });
    }
  });
});

describe('a full disk', () => {
  it('refuses calls with UNAVAILABLE and harms nothing, under a limit of the file size', async () => {
    await using folder = await temporaryFolder();
    const limited = ['-c', `trap '' XFSZ; ulimit -f 40; exec "$@"`, '-', ...writer, folder.path, '4'];
    const child = spawn('bash', limited, { stdio: ['ignore', 'pipe', 'ignore'] });
    const exited = once(child, 'exit');
    const lines = await acknowledged(child, (all) => all.filter((line) => line.startsWith('refused')).length >= 20);
    child.kill('SIGKILL');
    await exited;
    expect(new Set(lines.filter((line) => line.startsWith('refused')))).toEqual(new Set(['refused UNAVAILABLE']));
    expect(lines.filter((line) => !line.startsWith('refused')).length).toBeGreaterThan(10);
    expect(verifyLog(filesOf(folder.path), { isWhole: true })).toMatchObject({ fault: undefined });
  });

  it.runIf(canMount())('refuses calls while it is full, keeps the ends, and goes on when there is room', async () => {
    await using folder = await temporaryFolder();
    const disk = join(folder.path, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    try {
      const problems: string[] = [];
      {
        await using trail = await openAudit({
          folder: disk,
          version: '1',
          log: createLog({ name: 'test', write: (line) => problems.push(line) }),
        });
        const running = await trail.begin(call);
        writeFileSync(join(disk, 'filler'), Buffer.alloc(40_000));
        let refused: unknown;
        for (let n = 0; n < 500 && !refused; n++)
          await trail.begin(call).then(
            (entry) => entry.end({ outcome: 'ok', durationMs: 1 }),
            (error) => (refused = error),
          );
        expect(refused).toMatchObject({ code: 'UNAVAILABLE' });
        await Promise.all(Array.from({ length: 20 }, () => expect(trail.begin(call)).rejects.toMatchObject({ code: 'UNAVAILABLE' })));
        running.end({ outcome: 'cancelled', durationMs: 5 });
        await expect(trail.begin(call)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        expect(verifyLog(filesOf(disk)).fault).toBeUndefined();
        rmSync(join(disk, 'filler'));
        (await trail.begin(call)).end({ outcome: 'ok', durationMs: 1 });
      }
      expect(verifyLog(filesOf(disk), { isWhole: true })).toMatchObject({ fault: undefined, open: [], runs: [{ closed: true }] });
      expect(recordsOf(disk).find(({ type, call: of }) => type === 'end' && of === 2)).toMatchObject({ outcome: 'cancelled' });
      expect(problems.filter((line) => line.includes('cannot be written'))).toHaveLength(1);
      expect(problems.filter((line) => line.includes('can be written again'))).toHaveLength(1);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

function canMount(): boolean {
  const capabilities = /^CapEff:\s*([0-9a-f]+)/m.exec(process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '');
  return ((BigInt(`0x${capabilities?.[1] ?? '0'}`) >> 21n) & 1n) === 1n;
}
