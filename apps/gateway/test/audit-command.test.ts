import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { auditCommand } from '../src/commands/audit.ts';
import { call, filesOf, linesOf, open, recordsOf, run, writeLines } from './audit-kit.ts';

async function sandlotAudit(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await auditCommand(argv, { out: (text) => void (out += text), err: (text) => void (err += text) });
  return { code, out, err };
}

/** A closed log of 10 calls in `1/`, its checkpoint lines in `container.log`, its public key in `pub.pem`. */
async function sample(path: string) {
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(path, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(path, 'pub.pem'), createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }));
  const told: string[] = [];
  await run(path, 10, { keyFile: join(path, 'key.pem'), checkpointRecords: 8, onCheckpoint: (line) => told.push(line) });
  writeFileSync(join(path, 'container.log'), told.map((line) => `{"level":"info","message":"${line}"}\nnoise\n`).join(''));
  const [file = ''] = filesOf(path);
  return {
    file,
    lines: linesOf(file),
    at: (name: string) => join(path, name),
    anchor: told.at(-1)?.split(' ')[1] ?? '',
    key: told[0]?.split(' ')[2] ?? '',
  };
}

describe('sandlot audit verify', () => {
  it('answers 0 for a whole log, by folder, by file, and by the state folder', async () => {
    await using folder = await temporaryFolder();
    const { file, at, anchor, key, lines } = await sample(folder.path);
    for (const args of [
      [folder.path],
      [file],
      [file, '--anchor', anchor],
      [file, '--anchors', at('container.log')],
      [file, '--pub', key],
      [file, '--pub', at('pub.pem')],
    ]) {
      const { code, out, err } = await sandlotAudit('verify', ...args);
      expect({ code, err }, args.join(' ')).toEqual({ code: 0, err: '' });
      expect(out).toContain('GOOD');
      expect(out).toContain(`${lines.length} records`);
    }
    await using state = await temporaryFolder();
    await run(join(state.path, 'audit'), 1);
    expect(await sandlotAudit('verify', '--state-dir', state.path)).toMatchObject({ code: 0 });
    expect(await sandlotAudit('verify', '--audit-dir', join(state.path, 'audit'))).toMatchObject({ code: 0 });
    writeFileSync(join(state.path, 'sandlot.json'), JSON.stringify({ stateDir: state.path, port: 1 }));
    expect(await sandlotAudit('verify', '--config', join(state.path, 'sandlot.json'))).toMatchObject({ code: 0 });
    expect(JSON.parse((await sandlotAudit('verify', '--json', file)).out)).toMatchObject({
      place: file,
      size: lines.length,
      runs: [{ closed: true }],
    });
  });

  it('answers 1 for a broken chain and names file and line', async () => {
    await using folder = await temporaryFolder();
    const { file, lines } = await sample(folder.path);
    writeLines(file, lines.with(6, (lines[6] ?? '').replace('.txt', '.TXT')));
    const { code, out } = await sandlotAudit('verify', folder.path);
    expect(code).toBe(1);
    expect(out).toContain('BAD (chain): audit-000001.jsonl line 7: ');
  });

  it('answers 3 for a wrong signature and for an unknown key', async () => {
    await using folder = await temporaryFolder();
    const { file, lines, key } = await sample(folder.path);
    await using other = await temporaryFolder();
    const { at } = await sample(other.path);
    expect(await sandlotAudit('verify', file, '--pub', at('pub.pem'))).toMatchObject({ code: 3 });
    expect(await sandlotAudit('verify', file, '--pub', `${at('pub.pem')},${key}`)).toMatchObject({ code: 0 });
    const last = lines.at(-1) ?? '';
    writeLines(file, lines.with(-1, last.replace(/(\S{6})\\n","prev/, String.raw`AAAA==\n","prev`)));
    expect(await sandlotAudit('verify', file)).toMatchObject({ code: 3 });
  });

  it('answers 4 when the end is missing that an anchor knows', async () => {
    await using folder = await temporaryFolder();
    const { file, lines, anchor, at } = await sample(folder.path);
    writeLines(file, lines.slice(0, 12));
    expect(await sandlotAudit('verify', file, '--allow-open')).toMatchObject({ code: 0 });
    expect(await sandlotAudit('verify', file, '--anchor', anchor)).toMatchObject({ code: 4 });
    expect(await sandlotAudit('verify', file, '--anchors', at('container.log'))).toMatchObject({ code: 4 });
    await using other = await temporaryFolder();
    await run(other.path, 1);
    expect(await sandlotAudit('verify', other.path, '--anchors', at('container.log'))).toMatchObject({ code: 4 });
  });

  it('answers 5 for calls without an end and 6 for a cut-off line', async () => {
    await using folder = await temporaryFolder();
    {
      await using trail = await open(folder.path);
      await trail.begin(call);
    }
    const { code, out } = await sandlotAudit('verify', folder.path);
    expect(code).toBe(5);
    expect(out).toContain('1 calls without an end: records 2');
    expect(await sandlotAudit('verify', folder.path, '--allow-open')).toMatchObject({ code: 0 });
    const [file = ''] = filesOf(folder.path);
    truncateSync(file, Buffer.byteLength(readFileSync(file)) - 3);
    expect(await sandlotAudit('verify', folder.path)).toMatchObject({ code: 6 });
  });

  it('answers 2 for what it does not understand', async () => {
    await using folder = await temporaryFolder();
    const { file, at } = await sample(folder.path);
    const wrong = [
      [],
      ['look'],
      ['verify', at('nothing')],
      ['verify', file, '--anchor', '12'],
      ['verify', file, '--pub', at('container.log')],
      ['verify', file, '--anchors', at('pub.pem')],
      ['verify', '--what', file],
      ['verify', mkdtempSync(at('empty-'))],
    ];
    for (const argv of wrong) {
      const { code, err } = await sandlotAudit(...argv);
      expect(code, argv.join(' ')).toBe(2);
      expect(err).toMatch(/^sandlot audit: .+\n.+\n$/s);
    }
    expect(await sandlotAudit('verify', '--help')).toMatchObject({ code: 0, out: expect.stringContaining('--anchors FILE') });
  });

  it('checks every log of a folder and answers for the worst', async () => {
    await using folder = await temporaryFolder();
    {
      await using first = await open(folder.path);
      await using second = await open(folder.path);
      (await first.begin(call)).end({ outcome: 'ok', durationMs: 1 });
      await second.begin(call);
    }
    const { code, out } = await sandlotAudit('verify', folder.path);
    expect(code).toBe(5);
    expect(out.match(/GOOD/g)).toHaveLength(2);
    expect(await sandlotAudit('verify', folder.path, '--anchor', `1:${'0'.repeat(64)}`)).toMatchObject({ code: 2 });
  });
});

describe('sandlot audit export', () => {
  it('prints one object per call, filtered by time, principal, server, tool and outcome', async () => {
    await using folder = await temporaryFolder();
    {
      await using trail = await open(folder.path, { fileBytes: 2000 });
      for (const [tool, outcome] of [
        ['file_read', 'ok'],
        ['file_write', 'error'],
        ['shell_exec', 'denied'],
      ] as const) {
        const entry = await trail.begin({
          ...call,
          tool,
          principal: tool === 'shell_exec' ? 'bob' : 'ada',
          server: tool.split('_')[0] ?? '',
        });
        entry.end({ outcome, durationMs: 2 });
      }
      await trail.begin({ ...call, tool: 'file_list' });
    }
    const tools = async (...argv: string[]) =>
      (await sandlotAudit('export', folder.path, ...argv)).out
        .split('\n')
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as { tool: string }).tool);
    expect(await tools()).toEqual(['file_read', 'file_write', 'shell_exec', 'file_list']);
    expect(await tools('--principal', 'bob')).toEqual(['shell_exec']);
    expect(await tools('--server', 'file')).toEqual(['file_read', 'file_write', 'file_list']);
    expect(await tools('--tool', 'file_write')).toEqual(['file_write']);
    expect(await tools('--outcome', 'denied')).toEqual(['shell_exec']);
    expect(await tools('--outcome', 'open')).toEqual(['file_list']);
    expect(await tools('--since', '2999-01-01')).toEqual([]);
    expect(await tools('--until', '2999-01-01', '--since', '2020-01-01T00:00:00Z')).toHaveLength(4);
    const [first] = (await sandlotAudit('export', folder.path)).out.split('\n');
    const [begin, end] = recordsOf(folder.path).filter(({ type }) => type === 'begin' || type === 'end');
    expect(JSON.parse(first ?? '')).toEqual({
      seq: begin?.['seq'],
      ts: begin?.['ts'],
      ...call,
      traceId: undefined,
      spanId: undefined,
      args_sha256: begin?.['args_sha256'],
      bytes_in: 16,
      trace_id: call.traceId,
      span_id: call.spanId,
      outcome: 'ok',
      dur_ms: 2,
      end_seq: end?.['seq'],
      end_ts: end?.['ts'],
    });
  });
});
