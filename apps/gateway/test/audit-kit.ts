/** What the tests of the audit trail share: opening one, reading its lines, and being its attacker. */
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '@sandlot/core';
import { createSigner } from '../src/audit/note.ts';
import { hashLine, zeroHash } from '../src/audit/record.ts';
import type { CallRecord } from '../src/audit/call-record.ts';
import { type AuditOptions, openAudit } from '../src/audit/trail.ts';

export const call: CallRecord = {
  principal: 'ada',
  server: 'file',
  tool: 'file_read',
  method: 'tools/call',
  args: { path: 'a.txt' },
  decision: 'allow',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
};

export function open(folder: string, options: Partial<AuditOptions> = {}) {
  return openAudit({ folder, version: '1.2.3', log: createLog({ name: 'test', write: () => {} }), ...options });
}

/** Opens, calls `calls` times, closes. */
export async function run(folder: string, calls: number, options: Partial<AuditOptions> = {}): Promise<void> {
  await using trail = await open(folder, options);
  for (let n = 0; n < calls; n++) {
    const entry = await trail.begin({ ...call, args: { path: `${n}.txt` } });
    entry.end({ outcome: 'ok', bytesOut: 10, durationMs: 1 });
  }
}

/** The files of a log, oldest first. */
export function filesOf(folder: string, log = '1'): string[] {
  return readdirSync(join(folder, log))
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()
    .map((name) => join(folder, log, name));
}

/** Lines with their newlines. */
export function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

export function writeLines(path: string, lines: readonly string[]): void {
  writeFileSync(path, lines.join(''));
}

/** Every record of a log. */
export function recordsOf(folder: string, log = '1'): Record<string, unknown>[] {
  return filesOf(folder, log)
    .flatMap(linesOf)
    .filter((line) => line.endsWith('\n'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Makes numbers and hashes fit again, as somebody would who can write the files; with `sign`, also signatures by a key of their own. */
export function rechain(lines: readonly string[], sign = false): string[] {
  const { privateKey } = generateKeyPairSync('ed25519');
  let prev = zeroHash;
  return lines.map((line, seq) => {
    const record = JSON.parse(line) as Record<string, unknown>;
    const origin = typeof record['origin'] === 'string' ? record['origin'] : (JSON.parse(lines[0] ?? '') as { origin: string }).origin;
    const signer = createSigner(origin, privateKey);
    if (sign && record['type'] === 'genesis') record['key'] = signer.key;
    if (sign && record['type'] === 'checkpoint') record['note'] = signer.sign(seq, prev);
    const previous = record['previous'] as object | undefined;
    if (previous) record['previous'] = { ...previous, size: seq, head: prev };
    const changed = `${JSON.stringify({ ...record, seq, prev })}\n`;
    prev = hashLine(changed);
    return changed;
  });
}

/** Random numbers that a seed repeats. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
