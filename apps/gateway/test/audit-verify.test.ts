import { generateKeyPairSync } from 'node:crypto';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { parseVerifierKey } from '../src/audit/note.ts';
import type { Fault } from '../src/audit/report.ts';
import { type VerifyOptions, verifyLog } from '../src/audit/verify.ts';
import { call, filesOf, linesOf, open, randomFrom, rechain, run, writeLines } from './audit-kit.ts';

/** A log of one file with a checkpoint every 8 records, and what an outside place knows of it. */
async function sampleLog(folder: string): Promise<{ path: string; lines: string[]; known: VerifyOptions; keys: Set<string> }> {
  const keyFile = join(folder, 'key.pem');
  writeFileSync(keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const told: string[] = [];
  for (const calls of [10, 14]) await run(folder, calls, { keyFile, checkpointRecords: 8, onCheckpoint: (line) => told.push(line) });
  const [path = ''] = filesOf(folder);
  const [, size, head, key] = /(\d+):(\S+) (.*)/.exec(told.at(-1) ?? '') ?? [];
  const raw = parseVerifierKey(key ?? '')?.raw.toString('base64') ?? '';
  return { path, lines: linesOf(path), known: { anchors: [{ size: Number(size), head: head ?? '' }] }, keys: new Set([raw]) };
}

describe('verify', () => {
  it('finds nothing wrong with a log that nobody touched', async () => {
    await using folder = await temporaryFolder();
    const { path, lines, known, keys } = await sampleLog(folder.path);
    expect(verifyLog([path], { ...known, keys, isWhole: true })).toMatchObject({
      fault: undefined,
      size: lines.length,
      unsigned: 0,
      open: [],
      anchorsMet: 1,
    });
  });

  it('finds 600 random changes, and says where', async () => {
    await using folder = await temporaryFolder();
    const { path, lines } = await sampleLog(folder.path);
    const seed = 20_260_131;
    const random = randomFrom(seed);
    // Nothing stands after the last line, so it is left alone here; the anchor is for the end.
    const last = lines.length - 1;
    const faultOf = (changed: readonly string[]): Fault | undefined => {
      writeLines(path, changed);
      return verifyLog([path], { isWhole: true }).fault;
    };
    for (let n = 0; n < 100; n++) {
      const at = random(last);
      const other = (at + 1 + random(last - 1)) % last;
      const line = lines[at] ?? '';
      const why = `seed ${seed}, round ${n}, line ${at + 1}`;

      const bytes = Buffer.from(line);
      const position = random(bytes.length - 1);
      bytes[position] = (bytes[position] ?? 0) ^ (1 + random(255));
      writeFileSync(path, Buffer.concat([Buffer.from(lines.slice(0, at).join('')), bytes, Buffer.from(lines.slice(at + 1).join(''))]));
      expect(verifyLog([path], { isWhole: true }).fault, `${why}: byte ${position}`).toMatchObject({ line: at + 1 });

      const edited = line.replace(/"ts":"\d{4}/, '"ts":"1999');
      expect(faultOf(lines.with(at, edited)), `${why}: edit`).toMatchObject({ line: at + 1 });
      expect(faultOf(lines.toSpliced(at, 1)), `${why}: deletion`).toMatchObject({
        kind: 'chain',
        line: at + 1,
        message: expect.stringMatching(/is missing|must begin/),
      });
      expect(faultOf(lines.toSpliced(other, 0, line)), `${why}: insertion at ${other + 1}`).toMatchObject({
        kind: 'chain',
        line: at === other ? at + 2 : other + 1,
      });
      expect(faultOf(lines.with(at, lines[other] ?? '').with(other, line)), `${why}: swap with ${other + 1}`).toMatchObject({
        kind: 'chain',
        line: Math.min(at, other) + 1,
      });
      expect(faultOf([...rechain(lines.with(at, edited))]), `${why}: edit and a new chain`).toMatchObject({ kind: 'signature' });
    }
  });

  it('finds every cut with the anchor, and only with it', async () => {
    await using folder = await temporaryFolder();
    const { path, lines, known } = await sampleLog(folder.path);
    const length = Buffer.byteLength(lines.join(''));
    const random = randomFrom(7);
    for (let n = 0; n < 100; n++) {
      writeLines(path, lines);
      truncateSync(path, n === 0 ? 0 : random(length - Buffer.byteLength(lines.at(-1) ?? '')));
      expect(verifyLog([path], { ...known, isWhole: true }).fault, `cut ${n}`).toMatchObject({ kind: 'anchor' });
    }
    writeLines(path, lines.slice(0, 20));
    expect(verifyLog([path], { isWhole: true }).fault).toBeUndefined();
  });

  it('finds a new chain without the key, with the checkpoints left out, too', async () => {
    await using folder = await temporaryFolder();
    const { path, lines } = await sampleLog(folder.path);
    const edited = lines.with(20, (lines[20] ?? '').replace('"ts":"2', '"ts":"1'));
    const without = edited.filter((line, at) => at < 2 || !line.includes('"type":"checkpoint"'));
    writeLines(path, rechain(without));
    expect(verifyLog([path], { isWhole: true }).fault).toMatchObject({
      kind: 'signature',
      line: 11,
      message: 'a checkpoint is missing here',
    });
    const first = (lines[0] ?? '').replace('"checkpoint_records":8', '"checkpoint_records":8000');
    writeLines(path, rechain([first, ...without.slice(2)]));
    expect(verifyLog([path]).fault).toMatchObject({ kind: 'signature', line: 2, message: 'a checkpoint is missing here' });
  });

  it('finds records that lack a checkpoint', async () => {
    await using folder = await temporaryFolder();
    const { path, lines } = await sampleLog(folder.path);
    const second = lines.findIndex((line, at) => at > 1 && line.includes('"type":"checkpoint"'));
    const tail = lines.slice(second + 1, second + 4).filter((line) => !line.includes('"type":"checkpoint"'));
    const chained = rechain([...lines.slice(0, second), ...tail]);
    expect(chained.slice(0, second)).toEqual(lines.slice(0, second));
    writeLines(path, chained);
    expect(verifyLog([path]).fault).toMatchObject({ kind: 'signature', line: second + 1, message: 'a checkpoint is missing here' });
  });

  it('finds a whole new log, signed with another key, by the key and by the anchor', async () => {
    await using folder = await temporaryFolder();
    const { path, lines, known, keys } = await sampleLog(folder.path);
    writeLines(path, rechain(lines.with(20, (lines[20] ?? '').replace('"ts":"2', '"ts":"1')), true));
    expect(verifyLog([path], { isWhole: true }).fault).toBeUndefined();
    expect(verifyLog([path], { keys }).fault).toMatchObject({ kind: 'signature', line: 1 });
    expect(verifyLog([path], known).fault).toMatchObject({ kind: 'anchor' });
  });

  it('finds files that are missing or in the wrong order, also those of another log', async () => {
    await using folder = await temporaryFolder();
    await using other = await temporaryFolder();
    for (const { path } of [folder, other]) await run(path, 40, { fileBytes: 5000 });
    const files = filesOf(folder.path);
    expect(verifyLog(files.toSpliced(2, 1)).fault).toMatchObject({ kind: 'chain', file: 'audit-000004.jsonl', line: 1 });
    expect(verifyLog([files[1] ?? '', files[0] ?? '']).fault).toMatchObject({ kind: 'chain', file: 'audit-000001.jsonl' });
    expect(verifyLog([files[0] ?? '', ...filesOf(other.path).slice(1)]).fault).toMatchObject({ kind: 'chain', line: 1 });
    expect(verifyLog(files.slice(2))).toMatchObject({ fault: undefined });
    rmSync(files[0] ?? '');
    expect(verifyLog(files.slice(1), { isWhole: true }).fault).toMatchObject({ kind: 'chain' });
  });

  it('names the calls that have no end', async () => {
    await using folder = await temporaryFolder();
    {
      await using trail = await open(folder.path);
      const [first, , third] = [await trail.begin(call), await trail.begin(call), await trail.begin(call)];
      for (const entry of [first, third]) entry.end({ outcome: 'ok', durationMs: 1 });
    }
    await run(folder.path, 1);
    expect(verifyLog(filesOf(folder.path))).toMatchObject({ fault: undefined, open: [3] });
  });

  it('reads a log with a huge line and with bytes that are no text', async () => {
    await using folder = await temporaryFolder();
    await run(folder.path, 1);
    const [path = ''] = filesOf(folder.path);
    const lines = linesOf(path);
    for (const garbage of [Buffer.alloc(3_000_000, 'a'), Buffer.alloc(3_000_000), Buffer.from('{"v":1}\n'), Buffer.from('\n')]) {
      writeFileSync(path, Buffer.concat([Buffer.from(lines.join('')), garbage, Buffer.from(lines.at(-1) ?? '')]));
      expect(verifyLog([path]).fault).toMatchObject({ kind: 'chain', line: lines.length + 1 });
    }
  });
});
