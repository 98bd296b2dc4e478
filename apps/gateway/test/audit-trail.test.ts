import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '@sandlot/core';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { parseVerifierKey, verifyNote } from '../src/audit/note.ts';
import { hashLine } from '../src/audit/record.ts';
import { verifyLog } from '../src/audit/verify.ts';
import { call, filesOf, linesOf, open, recordsOf, run } from './audit-kit.ts';

describe('the audit trail', () => {
  it('has a record before and one after each call', async () => {
    await using folder = await temporaryFolder();
    {
      await using trail = await open(folder.path, { configSha256: 'c0' });
      const entry = await trail.begin(call);
      expect(recordsOf(folder.path).at(-1)).toMatchObject({ seq: entry.seq, type: 'begin' });
      entry.end({ outcome: 'error', errorCode: 'NOT_FOUND', bytesOut: 120, durationMs: 1.23456 });
      entry.end({ outcome: 'ok', durationMs: 9 });
    }
    const [genesis, start, begin, end, close] = recordsOf(folder.path);
    const time = { ts: expect.stringMatching(/^20\d\d-.*Z$/), mono: expect.any(Number) };
    expect(genesis).toMatchObject({
      v: 1,
      seq: 0,
      type: 'genesis',
      ...time,
      cause: 'new',
      version: '1.2.3',
      config_sha256: 'c0',
      prev: '0'.repeat(64),
    });
    expect(start).toMatchObject({ seq: 1, type: 'checkpoint', reason: 'start' });
    expect(begin).toEqual({
      v: 1,
      seq: 2,
      type: 'begin',
      ...time,
      principal: 'ada',
      server: 'file',
      tool: 'file_read',
      method: 'tools/call',
      args_sha256: createHash('sha256').update('{"path":"a.txt"}').digest('hex'),
      args: { path: 'a.txt' },
      decision: 'allow',
      bytes_in: 16,
      trace_id: call.traceId,
      span_id: call.spanId,
      prev: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(end).toEqual({
      v: 1,
      seq: 3,
      type: 'end',
      call: 2,
      ...time,
      outcome: 'error',
      error_code: 'NOT_FOUND',
      bytes_out: 120,
      dur_ms: 1.235,
      prev: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(close).toMatchObject({ seq: 4, type: 'checkpoint', reason: 'close' });
    expect(recordsOf(folder.path)).toHaveLength(5);
  });

  it('chains each line to the exact line before it, as sha256sum shows', async () => {
    await using folder = await temporaryFolder();
    await run(folder.path, 3);
    const [path = ''] = filesOf(folder.path);
    for (let number = 1; number < linesOf(path).length; number++) {
      const sum = execFileSync('sh', ['-c', 'sed -n "$1p" "$2" | sha256sum', '-', String(number), path], { encoding: 'utf8' });
      expect(JSON.parse(linesOf(path)[number] ?? '')).toMatchObject({ prev: sum.slice(0, 64) });
    }
  });

  it('refuses calls after it was closed, and does not open where it cannot write', async () => {
    await using folder = await temporaryFolder();
    const trail = await open(folder.path);
    const entry = await trail.begin(call);
    await trail[Symbol.asyncDispose]();
    // The next file that is opened gets the number of the closed one.
    const other = join(folder.path, 'other');
    copyFileSync(filesOf(folder.path)[0] ?? '', other);
    const fd = openSync(other, 'a');
    const before = readFileSync(other, 'utf8');
    entry.end({ outcome: 'ok', durationMs: 1 });
    await expect(trail.begin(call)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    closeSync(fd);
    expect(readFileSync(other, 'utf8')).toBe(before);
    writeFileSync(join(folder.path, 'file'), '');
    await expect(open(join(folder.path, 'file'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('is readable by its user alone', async () => {
    await using folder = await temporaryFolder();
    await run(folder.path, 1);
    expect(statSync(join(folder.path, '1')).mode & 0o777).toBe(0o700);
    for (const path of filesOf(folder.path)) expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps the chain whole with 64 callers at once', async () => {
    await using folder = await temporaryFolder();
    const seen: number[] = [];
    {
      await using trail = await open(folder.path, { checkpointRecords: 37, fileBytes: 100_000 });
      const caller = async (name: number) => {
        for (let n = 0; n < 20; n++) {
          const entry = await trail.begin({ ...call, args: { name, n } });
          seen.push(entry.seq);
          entry.end({ outcome: 'ok', durationMs: 1 });
        }
      };
      await Promise.all(Array.from({ length: 64 }, (_, name) => caller(name)));
    }
    expect(new Set(seen).size).toBe(64 * 20);
    const records = recordsOf(folder.path);
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_, at) => at));
    const calls = records.filter(({ type }) => type === 'begin').map(({ args }) => JSON.stringify(args));
    expect(new Set(calls).size).toBe(64 * 20);
    expect(filesOf(folder.path).length).toBeGreaterThan(3);
    expect(verifyLog(filesOf(folder.path), { isWhole: true })).toMatchObject({ fault: undefined, open: [], size: records.length });
  });

  it('signs checkpoints as notes, by number of records, by time when nothing happens, and tells them outside', async () => {
    await using folder = await temporaryFolder();
    const told: string[] = [];
    const { promise: idle, resolve } = Promise.withResolvers<void>();
    {
      await using trail = await open(folder.path, {
        checkpointRecords: 10,
        checkpointMs: 20,
        onCheckpoint: (line) => void (told.push(line), told.length > 4 && resolve()),
      });
      const entries = await Promise.all(Array.from({ length: 12 }, () => trail.begin(call)));
      for (const entry of entries) entry.end({ outcome: 'ok', durationMs: 1 });
      await idle;
    }
    const lines = filesOf(folder.path).flatMap(linesOf);
    const records = recordsOf(folder.path);
    const verifier = parseVerifierKey(String(records[0]?.['key']));
    const checkpoints = records.filter(({ type }) => type === 'checkpoint');
    expect(new Set(checkpoints.map(({ reason }) => reason))).toEqual(new Set(['start', 'count', 'time', 'close']));
    expect(told).toHaveLength(checkpoints.length);
    for (const [at, { seq, note }] of checkpoints.entries()) {
      const head = hashLine(lines[Number(seq) - 1] ?? '');
      expect(verifier && verifyNote(String(note), verifier)).toEqual({ origin: records[0]?.['origin'], size: seq, head });
      expect(told[at]).toBe(`audit-checkpoint ${String(seq)}:${head} ${String(records[0]?.['key'])}`);
    }
  });

  it('signs with a key that is given, which openssl can check', async () => {
    await using folder = await temporaryFolder();
    const keyFile = join(folder.path, 'key.pem');
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await run(folder.path, 1, { keyFile });
    const note = String(recordsOf(folder.path).at(-1)?.['note']);
    const at = (name: string) => join(folder.path, name);
    writeFileSync(at('body'), note.slice(0, note.indexOf('\n\n') + 1));
    writeFileSync(at('signature'), Buffer.from(note.trim().split(' ').at(-1) ?? '', 'base64').subarray(4));
    writeFileSync(at('pub.pem'), createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }));
    const openssl = ['pkeyutl', '-verify', '-pubin', '-inkey', at('pub.pem'), '-rawin', '-in', at('body'), '-sigfile', at('signature')];
    expect(execFileSync('openssl', openssl, { encoding: 'utf8' })).toContain('Signature Verified Successfully');
    await expect(open(folder.path, { keyFile: at('body') })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('after a restart', () => {
  it('goes on with the same chain under a new key', async () => {
    await using folder = await temporaryFolder();
    await run(folder.path, 2);
    const before = recordsOf(folder.path);
    await run(folder.path, 2);
    const genesis = recordsOf(folder.path)[before.length];
    expect(filesOf(folder.path)).toHaveLength(1);
    expect(genesis).toMatchObject({
      type: 'genesis',
      cause: 'restart',
      origin: before[0]?.['origin'],
      previous: { size: before.length, closed: true },
    });
    expect(genesis?.['key']).not.toBe(before[0]?.['key']);
    expect(verifyLog(filesOf(folder.path), { isWhole: true })).toMatchObject({
      fault: undefined,
      runs: [{ closed: true }, { closed: true }],
    });
  });

  it('leaves a cut-off last line as it is and accounts for it', async () => {
    await using folder = await temporaryFolder();
    await run(folder.path, 2);
    const [path = ''] = filesOf(folder.path);
    truncateSync(path, statSync(path).size - 10);
    const torn = linesOf(path).at(-1) ?? '';
    expect(verifyLog(filesOf(folder.path))).toMatchObject({ fault: undefined, pendingTorn: [{ bytes: Buffer.byteLength(torn) }] });
    await run(folder.path, 1);
    const named = [{ file: 'audit-000001.jsonl', bytes: Buffer.byteLength(torn), sha256: hashLine(torn) }];
    expect(verifyLog(filesOf(folder.path), { isWhole: true })).toMatchObject({ fault: undefined, torn: named, pendingTorn: [] });
    expect(linesOf(path).at(-1)).toBe(torn);
    appendFileSync(path, '!');
    expect(verifyLog(filesOf(folder.path), { isWhole: true }).fault).toMatchObject({ kind: 'chain', file: 'audit-000002.jsonl', line: 1 });
  });

  it('goes on when it died before the first line of a file was whole', async () => {
    await using folder = await temporaryFolder();
    await run(folder.path, 1);
    writeFileSync(join(folder.path, '1', 'audit-000002.jsonl'), '{"v":1,"se');
    writeFileSync(join(folder.path, '1', 'audit-000003.jsonl'), '');
    await run(folder.path, 1);
    expect(filesOf(folder.path)).toHaveLength(3);
    expect(verifyLog(filesOf(folder.path), { isWhole: true })).toMatchObject({
      fault: undefined,
      torn: [{ file: 'audit-000002.jsonl', bytes: 10 }],
    });
  });

  it('refuses to go on with a log whose end was changed', async () => {
    await using folder = await temporaryFolder();
    await run(folder.path, 2);
    const [path = ''] = filesOf(folder.path);
    writeFileSync(path, readFileSync(path, 'utf8').replace('1.txt', '2.txt'));
    await expect(open(folder.path)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    rmSync(path);
    await run(folder.path, 1);
  });
});

describe('files of a log', () => {
  it('carry size and head of the file before', async () => {
    await using folder = await temporaryFolder();
    await run(folder.path, 40, { fileBytes: 5000 });
    const files = filesOf(folder.path);
    expect(files.length).toBeGreaterThan(3);
    for (const [at, path] of files.entries()) {
      const genesis = JSON.parse(linesOf(path)[0] ?? '') as Record<string, unknown>;
      if (at === 0) continue;
      const head = hashLine(linesOf(files[at - 1] ?? '').at(-1) ?? '');
      expect(genesis).toMatchObject({ type: 'genesis', cause: 'rotation', previous: { size: genesis['seq'], head }, prev: head });
    }
    expect(verifyLog(files, { isWhole: true })).toMatchObject({ fault: undefined, runs: [{ closed: true }] });
  });

  it('are removed by number and by age, and the log says so', async () => {
    await using folder = await temporaryFolder();
    await run(folder.path, 40, { fileBytes: 5000 });
    const all = filesOf(folder.path).length;
    await run(folder.path, 1, { retention: { files: all - 2 } });
    expect(filesOf(folder.path)).toHaveLength(all - 2);
    const [oldest = '', second = ''] = filesOf(folder.path);
    for (const path of [oldest, second]) utimesSync(path, new Date(0), new Date(0));
    await run(folder.path, 1, { retention: { days: 30 } });
    expect(filesOf(folder.path)).toHaveLength(all - 4);
    expect(recordsOf(folder.path).filter(({ type }) => type === 'pruned')).toMatchObject([
      { files: ['audit-000001.jsonl', 'audit-000002.jsonl'] },
      { files: ['audit-000003.jsonl', 'audit-000004.jsonl'] },
    ]);
    expect(verifyLog(filesOf(folder.path), { isWhole: true }).fault).toBeUndefined();
    rmSync(filesOf(folder.path)[0] ?? '');
    expect(verifyLog(filesOf(folder.path), { isWhole: true }).fault).toMatchObject({
      kind: 'chain',
      message: expect.stringContaining('retention'),
    });
  });

  it('belong to one writer; a second gateway writes a log of its own', async () => {
    await using folder = await temporaryFolder();
    {
      await using first = await open(folder.path);
      await using second = await open(folder.path);
      await Promise.all([first.begin(call), second.begin(call)]);
    }
    for (const log of ['1', '2'])
      expect(verifyLog(filesOf(folder.path, log), { isWhole: true })).toMatchObject({ fault: undefined, open: [2] });
    writeFileSync(join(folder.path, '1', 'lock'), '999999999 1\n');
    await run(folder.path, 1);
    expect(recordsOf(folder.path).filter(({ type }) => type === 'genesis')).toHaveLength(2);
  });

  it('refuse calls from when somebody else changes or removes them', async () => {
    for (const harm of [
      (path: string) => appendFileSync(path, 'x'),
      (path: string) => truncateSync(path, 10),
      (path: string) => rmSync(path),
    ]) {
      await using folder = await temporaryFolder();
      await using trail = await open(folder.path);
      await trail.begin(call);
      harm(filesOf(folder.path)[0] ?? '');
      const refused = await trail.begin(call).catch((error: unknown) => error);
      expect(ToolError.is(refused) && refused.code).toBe('UNAVAILABLE');
    }
  });
});
