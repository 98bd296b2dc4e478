import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalAddress } from '../src/auth/address.ts';
import { Bucket } from '../src/auth/bucket.ts';
import { createPrincipal, localPrincipal, narrow, unlimited } from '../src/auth/principal.ts';
import { Usage } from '../src/auth/usage.ts';
import { compileScopes, isScope, requireScopes } from '../src/auth/scopes.ts';
import { bodyOf, errorOf, ticketOf } from './answers.ts';
import { authGateway, statusOf } from './auth-gateway.ts';
import { key } from './sample-gateway.ts';

const hash = (secret: string) => createHash('sha256').update(secret).digest('hex');
const weak = 'sk-weak-0123456789abcdef';

describe('scopes', () => {
  const cases: [string[], string, boolean][] = [
    [[], 'file:read', false],
    [['file:read'], 'file:read', true],
    [['file:read'], 'file:write', false],
    [['file:read'], 'files:read', false],
    [['file:read'], 'file:reader', false],
    [['file:*'], 'file:write', true],
    [['file:*'], 'file:*', true],
    [['file:*'], 'shell:exec', false],
    [['file:*'], 'files:read', false],
    [['*:read'], 'file:reader', false],
    [['file:*'], 'file', false],
    [['*:read'], 'shell:read', true],
    [['*:read'], 'shell:exec', false],
    [['*:read'], 'file:*', false],
    [['*'], 'anything:at_all', true],
    [['*:*'], 'anything:at_all', true],
    [['file:read'], '*', false],
    [['file:read', 'shell:exec'], 'shell:exec', true],
    [['*'], '', false],
    [[''], '', false],
    [['__proto__'], '__proto__', false],
  ];
  for (const [scopes, scope, allowed] of cases) {
    it(`[${scopes.join(', ')}] ${allowed ? 'allows' : 'does not allow'} "${scope}"`, () => {
      expect(compileScopes(scopes.filter(isScope))(scope)).toBe(allowed);
    });
  }

  it('of a narrowed principal are never more than it had', () => {
    const ada = createPrincipal('ada', ['file:read'], unlimited);
    expect(narrow(ada, ['*']).allows('file:read')).toBe(true);
    expect(narrow(ada, ['*']).allows('file:write')).toBe(false);
    expect(narrow(localPrincipal(), ['file:read']).allows('file:write')).toBe(false);
  });

  it('that are missing are all named', () => {
    const ada = createPrincipal('ada', ['file:read'], unlimited);
    expect(() => requireScopes(ada, ['file:read'])).not.toThrow();
    expect(() => requireScopes(ada, ['file:read', 'shell:exec'])).toThrow(
      expect.objectContaining({ code: 'PERMISSION_DENIED', data: { scopes: ['file:read', 'shell:exec'] } }),
    );
  });

  it('that are missing make a 403 with a challenge', async () => {
    await using gateway = await authGateway({ auth: { keys: [{ id: 'weak', hash: hash(weak), scopes: ['file:read'] }] } });
    gateway.app.get('/needs', (c) => (requireScopes(c.get('caller'), ['file:read', 'shell:exec']), c.text('done')));
    const response = await gateway.request('/needs', { as: weak });
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="sandlot", error="insufficient_scope", error_description="[^"]+", scope="file:read shell:exec"$/,
    );
    expect((await errorOf(response)).data).toEqual({ scopes: ['file:read', 'shell:exec'] });
    expect((await gateway.request('/needs')).status).toBe(200);
  });
});

describe('one-time tickets', () => {
  const ticketFor = async (gateway: Awaited<ReturnType<typeof authGateway>>, body: object, as = key) =>
    gateway.request('/tickets', { method: 'POST', body: JSON.stringify(body), as });
  const use = (gateway: Awaited<ReturnType<typeof authGateway>>, path: string, ticket: string, init: RequestInit = {}) =>
    gateway.request(`${path}?ticket=${ticket}`, { ...init, as: undefined });

  it('let their maker in once, on their path and below', async () => {
    await using gateway = await authGateway();
    const made = await bodyOf(await ticketFor(gateway, { path: '/page/a' }));
    expect(made).toEqual({ ticket: expect.stringMatching(/^[\w-]{22}$/), expires_in: 30, path: '/page/a', method: 'GET' });
    const first = await use(gateway, '/page/a/b', String(made.ticket));
    expect([first.status, await first.text()]).toEqual([200, '<p>key *</p>']);
    expect((await use(gateway, '/page/a/b', String(made.ticket))).status).toBe(401);
  });

  it('are used up by a wrong use, and all refusals look alike', async () => {
    await using gateway = await authGateway();
    const answers = new Set<string>();
    for (const [path, init, made] of [
      ['/page/ab', {}, { path: '/page/a' }],
      ['/page/a', { method: 'POST' }, { path: '/page/a' }],
      ['/page/a', {}, { path: '/page/a', method: 'POST' }],
    ] as [string, RequestInit, object][]) {
      const ticket = await ticketOf(await ticketFor(gateway, made));
      for (const [at, how] of [
        [path, init],
        ['/page/a', {}],
      ] as const) {
        const response = await use(gateway, at, ticket, how);
        expect(response.status, `${path} ${JSON.stringify(made)}`).toBe(401);
        answers.add(JSON.stringify(await errorOf(response)));
      }
    }
    answers.add(JSON.stringify(await errorOf(await use(gateway, '/page/a', 'AAAAAAAAAAAAAAAAAAAAAA'))));
    expect(answers.size).toBe(1);
    expect(gateway.reached).toEqual([]);
  });

  it('end with their time', async () => {
    await using gateway = await authGateway();
    const ticket = await ticketOf(await ticketFor(gateway, { path: '/page/', ttl_s: 1 }));
    const end = Date.now() + 1000;
    await expect.poll(() => Date.now()).toBeGreaterThan(end);
    expect((await use(gateway, '/page/', ticket)).status).toBe(401);
    const fresh = await ticketOf(await ticketFor(gateway, { path: '/page/' }));
    expect((await use(gateway, '/page/', fresh)).status).toBe(200);
  });

  it('are accepted on the paths of pages only, and not twice in one URL', async () => {
    await using gateway = await authGateway();
    const ticket = await ticketOf(await ticketFor(gateway, { path: '/' }));
    for (const path of [
      '/whoami',
      '/v1/sandbox',
      '/mcp',
      '/tickets',
      '/page/../whoami',
      '/page/%2e%2e/whoami',
      '/page/..%2fwhoami',
      '/page//whoami',
      '/page',
    ]) {
      expect((await use(gateway, path, ticket)).status, path).toBe(401);
    }
    const other = await ticketOf(await ticketFor(gateway, { path: '/page/' }));
    expect((await gateway.request(`/page/?ticket=${other}&ticket=${other}`, { as: undefined })).status).toBe(401);
    expect(gateway.reached).toEqual([]);
  });

  it('carry no more scopes than their maker has', async () => {
    await using gateway = await authGateway({ auth: { keys: [{ id: 'weak', hash: hash(weak), scopes: ['browser:*'] }] } });
    const ticket = await ticketOf(await ticketFor(gateway, { path: '/page/', scope: 'browser:read' }, weak));
    expect(await (await use(gateway, '/page/', ticket)).text()).toBe('<p>key:weak browser:read</p>');
    for (const scope of ['*', 'shell:exec', 'browser:read shell:exec', '*:read']) {
      expect((await ticketFor(gateway, { path: '/page/', scope }, weak)).status, scope).toBe(403);
    }
  });

  it('are refused for what cannot be meant', async () => {
    await using gateway = await authGateway();
    for (const body of [
      {},
      { path: 'page' },
      { path: '//evil' },
      { path: '/a/../b' },
      { path: '/a%2fb' },
      { path: '/a\\b' },
      { path: '/a?b' },
      { path: '/', ttl_s: 31 },
      { path: '/', ttl_s: 0 },
      { path: '/', ttl_s: 1.5 },
      { path: '/', scope: 'x' },
      { path: '/', scope: '' },
      { path: '/', who: 'me' },
      { path: '/', method: 'DELETE' },
    ]) {
      expect((await ticketFor(gateway, body)).status, JSON.stringify(body)).toBe(400);
    }
  });

  it('are limited in number for each caller', async () => {
    await using gateway = await authGateway();
    const statuses = [];
    for (let n = 0; n < 101; n++) statuses.push((await ticketFor(gateway, { path: '/page/' })).status);
    expect(statuses.slice(99)).toEqual([200, 429]);
  });
});

describe('limits', () => {
  it('hold for each caller alone, and say when to come back', async () => {
    await using gateway = await authGateway({
      auth: { keys: [{ id: 'weak', hash: hash(weak), scopes: [], limits: { ratePerSecond: 0.01, burst: 3 } }] },
    });
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await gateway.request('/whoami', { as: weak })).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const refused = await gateway.request('/whoami', { as: weak });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(await errorOf(refused)).toMatchObject({ code: 'RESOURCE_EXHAUSTED', retryable: true });
    expect((await gateway.request('/whoami')).status).toBe(200);
  });

  it('count what is under way, streams included, until the caller is gone', async () => {
    await using gateway = await authGateway({ auth: { limits: { concurrent: 2 } } });
    const leave = new AbortController();
    const held = await Promise.all([1, 2].map(() => gateway.request('/hold', { signal: leave.signal })));
    expect(held.map(({ status }) => status)).toEqual([200, 200]);
    const refused = await gateway.request('/whoami');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    leave.abort();
    await expect.poll(async () => (await gateway.request('/whoami')).status).toBe(200);
  });

  it('stop guessing from one address, but not the callers that proved themselves there', async () => {
    await using gateway = await authGateway({
      auth: { limits: { failuresPerMinute: 5 }, keys: [{ id: 'weak', hash: hash(weak), scopes: [] }] },
    });
    expect((await gateway.request('/whoami')).status).toBe(200);
    const statuses = [];
    for (let n = 0; n < 7; n++) statuses.push((await gateway.request('/whoami', { as: `guess-${n}` })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const late = await gateway.request('/whoami', { as: weak });
    expect(late.status, 'a right guess looks like a wrong one').toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await gateway.request('/whoami')).status).toBe(200);
  });

  it('end what goes on longer than its credential', async () => {
    const usage = new Usage();
    const ended: string[] = [];
    const expiring = createPrincipal('ada', ['*'], unlimited, Date.now() + 200);
    const left = usage.enter(expiring, () => ended.push('left'));
    usage.enter(expiring, () => ended.push('ada'));
    usage.enter(expiring).onInvalid(() => ended.push('ada, other'));
    usage.enter(localPrincipal(), () => ended.push('local'));
    usage.sweep();
    expect(ended).toEqual([]);
    await expect.poll(() => expiring.isValid()).toBe(false);
    left.leave();
    usage.sweep();
    expect(ended).toEqual(['ada', 'ada, other']);
    expect(narrow(expiring, ['*']).isValid()).toBe(false);
  });

  it('fill up again with time', () => {
    const bucket = new Bucket(1e9, 1);
    expect([bucket.take(), bucket.take()]).toEqual([0, 0]);
    const slow = new Bucket(0.001, 1);
    expect(slow.take()).toBe(0);
    expect(slow.take()).toBeGreaterThan(990);
  });
});

describe('paths without a route', () => {
  it('answer nothing without a credential, nor do upgrades', async () => {
    await using gateway = await authGateway();
    for (const path of [
      '/console/',
      '/index.html',
      '/v1',
      '/v1/docs',
      '/vnc/',
      '/terminal',
      '/cdp/json/version',
      '/json/version',
      '/proxy/3000/',
      '/.well-known/x',
      '/favicon.ico',
      '/metrics',
      '/healthz/x',
      '/readyz/..%2fv1',
    ]) {
      expect((await gateway.request(path, { as: undefined })).status, path).toBe(401);
      const upgrade = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
      expect(statusOf(await gateway.raw(upgrade)), path).toBe(401);
    }
  });
});

describe('the headers of answers', () => {
  it('keep them out of caches, foreign pages and referrers', async () => {
    await using gateway = await authGateway();
    for (const [path, as] of [
      ['/whoami', key],
      ['/v1/sandbox', key],
      ['/whoami', undefined],
      ['/v1/nothing', key],
      ['/healthz', undefined],
      ['/page/', key],
    ] as const) {
      const { headers } = await gateway.request(path, { as });
      expect(Object.fromEntries(headers), path).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect([...headers.keys()].filter((name) => name.startsWith('access-control') || name === 'set-cookie')).toEqual([]);
    }
    const page = await gateway.request('/page/');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });
});

describe('canonicalAddress', () => {
  it('has one spelling for each caller', () => {
    for (const [given, expected] of [
      ['127.0.0.1', '127.0.0.1'],
      ['::ffff:127.0.0.1', '127.0.0.1'],
      ['::FFFF:7f00:1', '127.0.0.1'],
      ['0:0:0:0:0:ffff:7f00:0001', '127.0.0.1'],
      ['2001:db8:0:1::5', '2001:db8:0:1'],
      ['2001:0db8:0000:0001:ffff:ffff:ffff:ffff', '2001:db8:0:1'],
      ['fe80::1%eth0', 'fe80:0:0:0'],
      ['::1', '0:0:0:0:0:0:0:1'],
      [undefined, 'unknown'],
    ] as const)
      expect(canonicalAddress(given)).toBe(expected);
  });
});
