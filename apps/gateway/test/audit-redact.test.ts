import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/audit/redact.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('redaction', () => {
  it('hides values by the name of their key, at any depth', () => {
    const redact = createRedactor({});
    const names = [
      'authorization',
      'Cookie',
      'Set-Cookie',
      'accessToken',
      'client_secret',
      'PASSWORD',
      'passwd',
      'api_key',
      'x-api-key',
      'privateKey',
      'credentials',
    ];
    const hidden = Object.fromEntries(names.map((name) => [name, 'hunter2hunter2']));
    const { args } = redact('t', { ...hidden, path: 'a.txt', author: 'Ada', headers: [{ ...hidden, accept: '*/*' }], usesToken: true });
    expect(JSON.stringify(args)).not.toContain('hunter2');
    expect(args).toMatchObject({ path: 'a.txt', author: 'Ada', headers: [{ accept: '*/*' }], usesToken: true });
  });

  it('shows only what is allowed for a tool that has a list', () => {
    const redact = createRedactor({ allow: { browser_press_key: ['key'] } });
    expect(redact('browser_press_key', { key: 'Enter', text: 'private' }).args).toEqual({ key: 'Enter', text: '[redacted]' });
    expect(redact('other', { key: 'Enter', text: 'open' }).args).toEqual({ key: '[redacted]', text: 'open' });
  });

  it('removes known secrets in every form in which they travel', () => {
    const secrets = ['s3cr3t/+ value-?é'];
    const [secret = ''] = secrets;
    const redact = createRedactor({ secrets: () => secrets });
    const basic = ['', 'a', 'ab', 'abc'].map((user) => Buffer.from(`${user}:${secret}:x`).toString('base64'));
    const forms = [
      secret,
      encodeURIComponent(secret),
      encodeURIComponent(secret).toLowerCase(),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
      ...basic,
    ];
    for (const form of forms) {
      const { args } = redact('t', { command: `curl -H "X: ${form}"`, [form]: 1 });
      const text = JSON.stringify(args);
      expect(text, form).toContain('[secret]');
      for (const part of [secret, Buffer.from(secret).toString('base64').slice(2, -4), encodeURIComponent(secret)])
        expect(text, form).not.toContain(part);
    }
    secrets.push('another-secret');
    expect(redact('t', ['another-secret']).args).toEqual(['[secret]']);
  });

  it('never keeps a part of a secret that stands at the place of a cut', () => {
    const secret = 'GHIJKLMNOPQRSTUVWXYZ';
    const redact = createRedactor({ secrets: () => [secret], stringCharacters: 100 });
    for (let at = 0; at < 130; at++) {
      const text = `${secret}${'.'.repeat(at)}${secret}${'.'.repeat(200)}`;
      expect(JSON.stringify(redact('t', { text }).args)).not.toMatch(/[G-Z]/);
    }
  });

  it('cuts long strings and says their length and hash', () => {
    const text = 'x'.repeat(10_000);
    expect(createRedactor({})('t', { text }).args).toEqual({ text: `${'x'.repeat(256)}… [10000 characters, sha256 ${sha256(text)}]` });
  });

  it('is bounded, whatever comes, and hashes all of it', () => {
    const redact = createRedactor({});
    let deep: unknown = 'end';
    for (let n = 0; n < 100; n++) deep = { deep };
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`name ${n}`, 'y'.repeat(300)]));
    for (const args of [deep, many, Object.values(many), { many: [many, many] }, 'z'.repeat(1e6), undefined, null, 7, ['\ud800']]) {
      const redacted = redact('t', args);
      expect(JSON.stringify(redacted).length).toBeLessThan(12_000);
      expect(redacted.args_sha256).toBe(sha256(JSON.stringify(args) ?? ''));
    }
  });

  it('makes keyed hashes, which cannot be guessed, when a key is given', () => {
    const { args_sha256: hash } = createRedactor({ hashKey: 'k' })('t', { pin: '1234' });
    expect(hash).toBe(createHmac('sha256', 'k').update('{"pin":"1234"}').digest('hex'));
  });
});
