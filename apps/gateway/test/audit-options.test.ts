import { spawn } from 'node:child_process';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { loadOptions } from '@sandlot/core/config';
import { otlpSink, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { createAnchors } from '../src/audit/anchors.ts';
import { auditCommand } from '../src/commands/audit.ts';
import { anchorPlaces, flattenAudit } from '../src/config/audit.ts';
import { gatewayOptions } from '../src/config/options.ts';
import { ownServers } from '../src/servers.ts';
import { hiddenArguments, isKeyName, pressedKeys } from '../src/audit/known-arguments.ts';
import { createRedactor } from '../src/audit/redact.ts';
import { filesOf, recordsOf } from './audit-kit.ts';
import { refusalOf } from '../../../packages/shell/test/terminal-client.ts';
import { newClient, oldClient } from './clients.ts';
import { realGateway } from './real-gateway.ts';
import { key } from './sample-gateway.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 300_000 });

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const optionsOf = (audit: unknown, more: object = {}) =>
  loadOptions(gatewayOptions, { env: {}, file: flattenAudit({ audit, ...more }) }).values;
const silent = { out: () => undefined, err: () => undefined };

describe('"audit" in the configuration', () => {
  it('is a mode, or a section; what cannot be meant stops the start', () => {
    expect(optionsOf('off')).toMatchObject({ audit: 'off' });
    expect(optionsOf(undefined)).toMatchObject({ audit: 'on', auditKeepFiles: 100, auditKeepDays: undefined, auditFileMb: 64 });
    const section = {
      mode: 'on',
      dir: '/a',
      durability: 'disk',
      keyFile: 'k.pem',
      hashKey: 'h'.repeat(16),
      anchors: ['stderr'],
      fileMb: 1,
      keep: { files: 3, days: 2 },
      redact: { allow: { a: ['b'] } },
    };
    expect(optionsOf(section)).toMatchObject({
      auditDir: '/a',
      auditDurability: 'disk',
      auditKeyFile: 'k.pem',
      auditAnchors: ['stderr'],
      auditKeepFiles: 3,
      auditKeepDays: 2,
      auditRedact: { allow: { a: ['b'] }, deny: {} },
    });
    for (const [audit, message] of [
      [{ keyfile: 'x' }, /keyfile/],
      [{ keep: { file: 1 } }, /file/],
      [{ keep: { files: 0 } }, /auditKeepFiles/],
      [{ anchors: ['disk'] }, /auditAnchors/],
      [{ hashKey: 'short' }, /16 characters/],
      [{ redact: { allow: ['x'] } }, /auditRedact/],
      [{ redact: { show: {} } }, /show/],
      ['maybe', /audit/],
    ] as const) {
      expect(() => optionsOf(audit), JSON.stringify(audit)).toThrow(message);
    }
    expect(() => anchorPlaces(optionsOf({ anchors: ['stdout'] }, { stdio: true }))).toThrow(/stdout belongs to the client/);
    expect(anchorPlaces(optionsOf('on', { stdio: true }))).toEqual(['stderr', 'otlp']);
    expect(anchorPlaces(optionsOf('on'))).toEqual(['stdout', 'otlp']);
  });

  it('signs with the key of a file, names the configuration, and hashes with a key', async () => {
    await using folder = await temporaryFolder();
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const [keyFile, pub] = [join(folder.path, 'key.pem'), join(folder.path, 'pub.pem')];
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(pub, publicKey.export({ type: 'spki', format: 'pem' }));
    const genesisOf = async (file: Record<string, unknown>, shell: Record<string, unknown> = {}) => {
      const dir = join(folder.path, Math.random().toString(36).slice(2));
      const gateway = await realGateway(
        ['shell'],
        { auditDir: dir, auditKeyFile: keyFile, workspace: folder.path, stateDir: folder.path, ...file },
        { shell },
      );
      await gateway.request('/v1/mcp/shell/tools/shell_read', { method: 'POST', body: '{"process_id":"p1"}' });
      await gateway[Symbol.asyncDispose]();
      expect(await auditCommand(['verify', dir, '--pub', pub], silent)).toBe(0);
      return { genesis: recordsOf(dir)[0], begin: recordsOf(dir).find(({ type }) => type === 'begin') };
    };
    const first = (await genesisOf({})).genesis;
    expect(first).toMatchObject({ type: 'genesis', config_sha256: expect.stringMatching(/^[0-9a-f]{64}$/), args_hash: 'sha256' });
    const hashKey = 'a hash key of this test';
    const keyed = await genesisOf({ auditHashKey: hashKey });
    expect(keyed.genesis).toMatchObject({ args_hash: 'hmac-sha256', key: expect.stringContaining(String(first?.['key']).slice(-40)) });
    expect(keyed.begin?.['args_sha256']).toBe(createHmac('sha256', hashKey).update('{"process_id":"p1"}').digest('hex'));
    expect((await genesisOf({}, { maxProcesses: 3 })).genesis?.['config_sha256']).not.toBe(first?.['config_sha256']);
  });

  it('begins new files, keeps some, and the rest still verifies', async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.path, 'audit');
    const options = { auditDir: dir, auditFileMb: 0.002, auditKeepFiles: 3 };
    for (const round of [1, 2]) {
      await using gateway = await realGateway(['shell'], options);
      for (let n = 0; n < 12; n++) await gateway.request('/v1/mcp/shell/tools/shell_list', { method: 'POST', body: '{"x":1}' });
      expect(filesOf(dir).length, `round ${round}`).toBeGreaterThan(3);
    }
    await (await realGateway(['shell'], options))[Symbol.asyncDispose]();
    expect(filesOf(dir).length).toBeLessThanOrEqual(4);
    const records = recordsOf(dir);
    expect(records.filter(({ type }) => type === 'pruned')).not.toEqual([]);
    expect(records.find(({ cause }) => cause === 'rotation')).toMatchObject({
      previous: { head: expect.any(String), size: expect.any(Number) },
    });
    expect(await auditCommand(['verify', dir], silent)).toBe(0);
    let exported = '';
    expect(
      await auditCommand(['export', dir, '--outcome', 'error'], { out: (part) => void (exported += part), err: () => undefined }),
    ).toBe(0);
    expect(JSON.parse(exported.split('\n')[0] ?? '')).toMatchObject({ tool: 'shell_list', bytes_in: 7, bytes_out: expect.any(Number) });
  });
});

describe('a call whose begin cannot be recorded', () => {
  it('is refused on every door, and nothing runs', async () => {
    await using gateway = await realGateway(['shell']);
    const mark = join(gateway.folder, 'mark');
    rmSync(filesOf(join(gateway.folder, 'state', 'audit'))[0] ?? '');
    const args = { command: `touch ${mark}` };
    expect(await gateway.call(key, 'shell_exec', args)).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE' } } });
    for (const connect of [newClient, oldClient]) {
      const client = await connect(`${gateway.url}/mcp`, key);
      expect(await client.callTool({ name: 'shell_exec', arguments: args })).toMatchObject({ isError: true });
      await client.close();
    }
    const command = encodeURIComponent(args.command);
    const refusal = await refusalOf(`${gateway.url}/terminal?command=${command}`, { authorization: `Bearer ${key}` });
    expect(refusal).toMatchObject({ status: 503, body: expect.stringContaining('audit log') });
    expect(gateway.gateway.registry.get('shell')?.health().state).toBe('stopped');
    expect(existsSync(mark)).toBe(false);
  });
});

describe('anchors', () => {
  it('are printed on stdout after the welcome text, and tell a log that was cut', async () => {
    await using folder = await temporaryFolder();
    const args = ['--conditions=@sandlot/source', bin, '--port', '0', '--workspace', join(folder.path, 'ws'), '--state-dir', folder.path];
    const child = spawn(process.execPath, args, {
      cwd: folder.path,
      env: { PATH: process.env['PATH'], HOME: folder.path, SANDLOT_API_KEY: key },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const events: string[] = [];
    child.stdout.on('data', () => events.push('anchor'));
    child.stderr.on('data', (chunk: Buffer) => events.push(chunk.includes('Sandlot is ready') ? 'ready' : 'text'));
    const [out, err] = [text(child.stdout), text(child.stderr)];
    await expect.poll(() => events, { timeout: 60_000 }).toContain('anchor');
    expect(events[0]).toBe('ready');
    child.kill('SIGTERM');
    await once(child, 'exit');
    const lines = (await out).trim().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/^audit-checkpoint \d+:[0-9a-f]{64} sandlot\/audit\/\S+$/);
    expect(await err).not.toContain('audit-checkpoint');
    const [anchors, dir] = [join(folder.path, 'out.log'), join(folder.path, 'audit')];
    writeFileSync(anchors, lines.join('\n'));
    expect(await auditCommand(['verify', dir, '--anchors', anchors], silent)).toBe(0);
    const [file = ''] = filesOf(dir);
    const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    writeFileSync(
      file,
      whole
        .slice(0, -2)
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect(await auditCommand(['verify', dir], silent)).toBe(0);
    expect(await auditCommand(['verify', dir, '--anchors', anchors], silent)).toBe(4);
  });

  it('go to OTLP as spans', async () => {
    await using sink = await otlpSink();
    await using folder = await temporaryFolder();
    const args = ['--conditions=@sandlot/source', bin, '--port', '0', '--workspace', join(folder.path, 'ws'), '--state-dir', folder.path];
    const env = {
      PATH: process.env['PATH'],
      HOME: folder.path,
      SANDLOT_API_KEY: key,
      SANDLOT_AUDIT_ANCHORS: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    };
    const child = spawn(process.execPath, args, { cwd: folder.path, env, stdio: ['ignore', 'pipe', 'ignore'] });
    using _ended = { [Symbol.dispose]: () => void child.kill('SIGKILL') };
    const out = text(child.stdout);
    await sink.waitFor((spans) => spans.some(({ name }) => name === 'audit.checkpoint'));
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(await out).toBe('');
    await sink.waitFor((spans) => spans.filter(({ name }) => name === 'audit.checkpoint').length >= 2);
    const last = sink.spans.findLast(({ name }) => name === 'audit.checkpoint');
    const { 'sandlot.audit.records': size, 'sandlot.audit.head': head } = last?.attributes ?? {};
    expect(await auditCommand(['verify', join(folder.path, 'audit'), '--anchor', `${String(size)}:${String(head)}`], silent)).toBe(0);
  });

  it('are no text for a terminal, and wait until there is something to follow', () => {
    const written: string[] = [];
    const output = (isTTY: boolean) => ({ isTTY, write: (line: string) => written.push(line) > 0 });
    const anchors = createAnchors(['stdout', 'stderr'], { stdout: output(true), stderr: output(false) });
    anchors.take('audit-checkpoint 1:a k');
    expect(written).toEqual([]);
    anchors.show();
    anchors.take('audit-checkpoint 2:b k');
    expect(written).toEqual(['audit-checkpoint 1:a k\n', 'audit-checkpoint 2:b k\n']);
  });
});

describe('what of our tools is recorded', () => {
  it('shows which keys were pressed, but neither characters nor what was typed', () => {
    const redact = createRedactor({});
    const argsOf = (tool: string, args: object) => redact(tool, args).args;
    expect(argsOf('browser_press_key', { key: 'Enter' })).toEqual({ key: 'Enter' });
    expect(argsOf('browser_press_key', { key: 'h' })).toEqual({ key: '[redacted]' });
    expect(argsOf('shell_write', { process_id: 'p', input: 'hunter2', keys: ['ctrl+c', 'up'] })).toEqual({
      process_id: 'p',
      input: '[redacted]',
      keys: ['ctrl+c', 'up'],
    });
    expect(argsOf('shell_write', { keys: ['enter', 'x'] })).toEqual({ keys: '[redacted]' });
    expect(argsOf('browser_type', { target: 'e1', text: 'hunter2' })).toEqual({ target: 'e1', text: '[redacted]' });
    expect(argsOf('browser_fill_form', { fields: [{ name: 'Password', target: 'e2', value: 'hunter2' }] })).toEqual({
      fields: [{ name: 'Password', target: 'e2', value: '[redacted]' }],
    });
    expect(argsOf('other', { key: 'Enter', text: 'open' })).toEqual({ key: '[redacted]', text: 'open' });
  });

  it('is what the configuration says', () => {
    const redact = createRedactor({ allow: { browser_type: ['text'] }, deny: { shell_exec: ['command'] } });
    expect(redact('browser_type', { target: 'e1', text: 'open' }).args).toEqual({ target: '[redacted]', text: 'open' });
    expect(redact('shell_exec', { command: 'ls', session: 's' }).args).toEqual({ command: '[redacted]', session: 's' });
    expect(redact('shell_write', { input: 'x' }).args).toEqual({ input: '[redacted]' });
  });

  it('names keys as keyboards do', () => {
    for (const name of ['Enter', 'ctrl+c', 'Control+Shift+T', 'ArrowLeft', 'f12', 'PageDown', 'alt+x', 'shift+Tab'])
      expect(isKeyName(name), name).toBe(true);
    for (const name of ['a', 'A', 'shift+a', '', 'hunter2', 'enter enter', 'ctrl+', 'ctrl+ab']) expect(isKeyName(name), name).toBe(false);
  });

  it('is about arguments that there are', () => {
    const tools = new Map(
      ownServers.flatMap(({ server }) => server.tools.map((tool) => [tool.name, JSON.stringify(tool.input.toJSONSchema())])),
    );
    for (const [tool, names] of [...Object.entries(hiddenArguments), ...Object.entries(pressedKeys)]) {
      for (const name of names) expect(tools.get(tool), tool).toContain(`"${name}":`);
    }
  });
});
