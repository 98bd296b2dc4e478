import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { bodyOf } from './answers.ts';
import { keyEntry, realGateway } from './real-gateway.ts';
import { key } from './sample-gateway.ts';
import { standIn } from './stand-in.ts';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

/** Runs it, and gives exit code and output. @param prefix a command in front of it */
async function doctor(args: readonly string[], env: Record<string, string> = {}, prefix: readonly string[] = []) {
  await using folder = await temporaryFolder();
  const [file = '', ...words] = [
    ...prefix,
    process.execPath,
    '--conditions=@sandlot/source',
    bin,
    'doctor',
    '--workspace',
    join(folder.path, 'w'),
    ...args,
  ];
  const { stdout, code } = await promisify(execFile)(file, words, { cwd: folder.path, env: { ...process.env, ...env } }).then(
    (done) => ({ ...done, code: 0 }),
    (error: { stdout: string; code: number }) => error,
  );
  return { code, text: stdout };
}

const checksOf = (text: string) => {
  const { confinement, parts } = JSON.parse(text) as Record<
    'confinement' | 'parts',
    { id: string; status: string; detail: string; fix?: string }[]
  >;
  return new Map([...confinement, ...parts].map((check) => [check.id, check]));
};

describe('sandlot doctor', () => {
  it('says what is confined and how to confine it, and changes its mind when it is', async () => {
    const free = checksOf((await doctor(['--json'])).text);
    expect([...free.keys()]).toEqual(
      expect.arrayContaining([
        'container',
        'user',
        'separation',
        'capabilities',
        'no-new-privileges',
        'seccomp',
        'read-only',
        'memory',
        'processes',
        'cpu',
        'chromium-sandbox',
        'workspace',
        'chromium',
        'code-server',
        'jupyter',
        'vnc',
      ]),
    );
    expect(free.get('no-new-privileges')).toMatchObject({ status: 'warn', fix: 'docker run --security-opt no-new-privileges' });
    const confined = checksOf((await doctor(['--json'], {}, ['setpriv', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'])).text);
    expect(confined.get('no-new-privileges')).toMatchObject({ status: 'ok', detail: 'set' });
  });

  it('names what is missing, with what to install', async () => {
    await using folder = await temporaryFolder();
    await standIn(folder.path, 'jupyter-lab');
    const checks = checksOf((await doctor(['--json'], { PATH: folder.path })).text);
    expect(checks.get('jupyter')).toMatchObject({ status: 'ok', detail: join(folder.path, 'jupyter-lab') });
    expect(checks.get('chromium')).toMatchObject({ status: 'warn', detail: 'not installed', fix: 'apt-get install chromium' });
  });

  it('ends with 1 when something does not work, or with --strict is less than it could be', async () => {
    const { code, text } = await doctor([]);
    expect([code, text]).toEqual([0, expect.stringMatching(/^Confinement\n[\s\S]*WARN {2}No new privileges: not set\n {8}docker run/)]);
    expect((await doctor(['--strict'])).code).toBe(1);
    const broken = await doctor(['--workspace', '/proc/nowhere/w']);
    expect([broken.code, broken.text]).toEqual([1, expect.stringContaining('FAIL  The workspace can be written: /proc/nowhere/w')]);
  });

  it('asks a running gateway, whose /v1/sandbox tells the same to who administers it, and to nobody else', async () => {
    const reader = 'sk-reader-0123456789';
    await using gateway = await realGateway([], { auth: { keys: [keyEntry('reader', reader, ['file:read'])] } });
    const own = await doctor(['--json', '--url', gateway.url], { SANDLOT_API_KEY: key });
    expect(own.code).toBe(0);
    const { data } = await bodyOf(await gateway.request('/v1/sandbox'));
    expect(data).toMatchObject({ doctor: JSON.parse(own.text) as object });
    expect(await (await gateway.request('/v1/sandbox', { as: reader })).text()).not.toContain('doctor');
    expect((await doctor(['--url', gateway.url], { SANDLOT_API_KEY: reader })).code).toBe(2);
  });
});
