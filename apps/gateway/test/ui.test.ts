import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sandlot/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { isThere, until } from '../../../packages/shell/test/kit.ts';
import { bodyOf, errorOf } from './answers.ts';
import { keyEntry, type RealGateway, realGateway } from './real-gateway.ts';
import { standIn } from './stand-in.ts';
import { arrive, ask, sawOf, talk, ticketFor } from './ui-kit.ts';

const ada = 'sk-ada-0123456789abcdef';
const eve = 'sk-eve-0123456789abcdef';
const keys = [keyEntry('ada', ada, ['ui:*', 'file:read']), keyEntry('eve', eve, ['ui:jupyter', 'shell:*'])];
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const { PATH, HOME } = process.env;
const restore = (name: string, value: string | undefined) =>
  void (value === undefined ? delete process.env[name] : (process.env[name] = value));

afterEach(() => {
  restore('PATH', PATH);
  restore('HOME', HOME);
  restore('JUPYTER_TEST', undefined);
});

interface Editor extends RealGateway {
  starts(): Promise<number[]>;
}

/** A gateway with a program that has the flags of code-server. */
async function withEditor(file: Record<string, unknown> = {}): Promise<Editor> {
  const folder = await temporaryFolder();
  await standIn(join(folder.path, 'bin'));
  process.env['PATH'] = `${join(folder.path, 'bin')}:${PATH}`;
  process.env['HOME'] = folder.path;
  const gateway = await realGateway([], { auth: { keys }, ...file });
  return {
    ...gateway,
    starts: async () => (await readFile(join(folder.path, 'starts'), 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const stateOf = async (gateway: RealGateway) => {
  const { data } = await bodyOf(await gateway.request('/v1/ui', { as: ada }));
  return (data as { id: string; state: string; advice?: string; crash?: string }[]).find(({ id }) => id === 'code-server');
};

describe('a UI behind the gateway', () => {
  it('is started by its first request, once for all that come meanwhile, and ends with the gateway', async () => {
    const gateway = await withEditor();
    expect(await stateOf(gateway)).toMatchObject({ state: 'stopped' });
    const answers = await Promise.all(['/a', '/b', '/c'].map((path) => ask(gateway, `/code-server${path}`, bearer(ada))));
    expect(answers.map(({ status, body }) => [status, sawOf(body).url])).toEqual([
      [200, '/a'],
      [200, '/b'],
      [200, '/c'],
    ]);
    const pids = await gateway.starts();
    expect(pids).toHaveLength(1);
    expect(await stateOf(gateway)).toMatchObject({ state: 'running' });
    await gateway[Symbol.asyncDispose]();
    expect(pids.filter(isThere)).toEqual([]);
  });

  it('is stopped when idle, not while a WebSocket is open, and started anew', async () => {
    await using gateway = await withEditor({ uiIdleMs: 100 });
    const saw = await talk(gateway, '/code-server/x?a=1', bearer(ada));
    expect(saw).toMatchObject({ status: 101, echo: 'hello' });
    expect(saw.saw?.url).toBe('/x?a=1');
    await until(async () => (await stateOf(gateway))?.state === 'stopped' || undefined);
    expect((await ask(gateway, '/code-server/', bearer(ada))).status).toBe(200);
    expect(await gateway.starts()).toHaveLength(2);
  });

  it('heals after a crash, which is told', async () => {
    await using gateway = await withEditor();
    expect((await ask(gateway, '/code-server/crash', bearer(ada))).status).toBe(503);
    await until(async () => (await stateOf(gateway))?.crash);
    expect(await stateOf(gateway)).toMatchObject({ state: 'stopped', crash: 'exit code 1' });
    expect((await ask(gateway, '/code-server/', bearer(ada))).status).toBe(200);
  });

  it('says what its program said when it does not start, and what to install when there is none', async () => {
    await using gateway = await withEditor();
    process.env['JUPYTER_TEST'] = 'no-start';
    const failed = await gateway.request('/code-server/', { as: ada });
    restore('JUPYTER_TEST', undefined);
    expect([failed.status, (await errorOf(failed))['message']]).toEqual([503, expect.stringContaining('no licence for this')]);
    process.env['PATH'] = '/usr/bin';
    const missing = await gateway.request('/code-server/', { as: ada });
    expect(missing.status).toBeGreaterThanOrEqual(400);
    expect(await errorOf(missing)).toMatchObject({ code: 'FAILED_PRECONDITION', advice: expect.stringContaining('Install code-server') });
    expect(await stateOf(gateway)).toMatchObject({ state: 'missing', advice: expect.stringContaining('Install') });
  });

  it('gets no credential of the caller, and no cookie of the gateway', async () => {
    await using gateway = await withEditor();
    const { body } = await ask(gateway, `/code-server/p?x=%20y`, {
      ...bearer(ada),
      'x-api-key': ada,
      'x-sandlot-key': ada,
      'x-aio-api-key': ada,
      'x-forwarded-for': '6.6.6.6',
      connection: 'keep-alive, x-secret',
      'x-secret': '1',
      cookie: 'a=1; sandlot_abcd=2',
    });
    const saw = sawOf(body);
    expect(saw.url).toBe('/p?x=%20y');
    expect(JSON.stringify(saw)).not.toContain(ada);
    expect(saw.headers).toMatchObject({ cookie: 'a=1', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-prefix': '/code-server' });
    expect(saw.headers).not.toHaveProperty('x-secret');
  });

  it('streams bodies both ways', async () => {
    await using gateway = await withEditor();
    const big = 'x'.repeat(20_000_000);
    const { body } = await ask(gateway, '/code-server/upload', bearer(ada), { method: 'POST', body: big });
    expect(sawOf(body)).toMatchObject({ method: 'POST', size: 20_000_000 });
    expect((await talk(gateway, '/code-server/', bearer(ada), big)).echo).toBe(big);
  });

  it('keeps redirects and cookies within its path, and drops what rules the whole host', async () => {
    await using gateway = await withEditor();
    const { status, headers } = await ask(gateway, '/code-server/redirect', { ...bearer(ada), 'x-forwarded-prefix': '/box' });
    expect([status, headers['location'], headers['set-cookie']]).toEqual([
      302,
      '/box/code-server/login?to=x',
      ['s=1; Path=/box/code-server/'],
    ]);
    expect(headers).not.toHaveProperty('clear-site-data');
  });

  it('does not preview ports: such a page would be on the origin of the console', async () => {
    await using gateway = await withEditor();
    expect((await ask(gateway, '/code-server/proxy/3000/', bearer(ada))).status).toBe(403);
    expect((await ask(gateway, '/code-server/absproxy/3000/', bearer(ada))).status).toBe(403);
  });
});

describe('the door of a UI', () => {
  it('needs a credential with its scope', async () => {
    await using gateway = await withEditor();
    expect((await ask(gateway, '/code-server/')).status).toBe(401);
    expect((await ask(gateway, '/code-server/', bearer(eve))).status).toBe(403);
    expect((await talk(gateway, '/code-server/')).status).toBe(401);
    expect((await talk(gateway, '/code-server/', bearer(eve))).status).toBe(403);
    expect(await gateway.starts()).toEqual([]);
  });

  it('takes a ticket for a cookie, which is good for this UI alone', async () => {
    await using gateway = await withEditor();
    const ticket = await ticketFor(gateway, '/code-server/', ada);
    const arrived = await arrive(gateway, `/code-server/?folder=/w&ticket=${ticket}`);
    expect([arrived.status, arrived.to]).toEqual([200, '/code-server/?folder=/w']);
    expect(arrived.headers['set-cookie']).toEqual([
      expect.stringMatching(/^sandlot_\w+=[\w-]{22}; Path=\/code-server\/; HttpOnly; SameSite=Strict$/),
    ]);
    const { cookie } = arrived;
    const page = await ask(gateway, arrived.to, { cookie: `${cookie}; theirs=1` });
    expect([page.status, sawOf(page.body).headers['cookie']]).toEqual([200, 'theirs=1']);
    expect(await talk(gateway, '/code-server/ws', { cookie, origin: gateway.url })).toMatchObject({ status: 101, echo: 'hello' });
    for (const path of ['/jupyter/', '/proxy/3000/', '/v1/sandbox', '/v1/ui', '/mcp', '/v1/mcp/servers', '/metrics']) {
      expect((await ask(gateway, path, { cookie })).status, path).toBe(401);
    }
    for (const headers of [{ 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'cross-site' }] as const) {
      expect((await ask(gateway, '/code-server/', { cookie, ...headers })).status).toBe(401);
    }
    expect((await talk(gateway, '/code-server/ws', { cookie, origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask(gateway, '/code-server/', { cookie: cookie.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')) })).status).toBe(401);
    expect((await ask(gateway, `/code-server/?ticket=${ticket}`)).status).toBe(401);
  });

  it('leads a browser that comes with nothing to the console, which asks for the key', async () => {
    await using gateway = await withEditor();
    const navigate = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };
    const answer = await ask(gateway, '/code-server/?folder=/x', { ...navigate, 'x-forwarded-prefix': '/box' });
    expect([answer.status, answer.headers['location']]).toEqual([302, '/box/#apps']);
    expect((await ask(gateway, '/code-server/', { ...navigate, ...bearer('wrong-0123456789') })).status).toBe(401);
    expect((await ask(gateway, '/code-server/?ticket=wrong', navigate)).status).toBe(401);
  });

  it('lets a program in with a ticket for one request, without a cookie', async () => {
    await using gateway = await withEditor();
    const answer = await ask(gateway, `/code-server/x?ticket=${await ticketFor(gateway, '/code-server/', ada)}&b=2`);
    expect([answer.status, answer.headers['set-cookie'], sawOf(answer.body).url]).toEqual([200, undefined, '/x?b=2']);
    expect((await talk(gateway, `/code-server/x?ticket=${await ticketFor(gateway, '/code-server/', ada)}`)).saw?.url).toBe('/x');
  });

  it('gives no more than the ticket has', async () => {
    await using gateway = await withEditor();
    const ticket = await ticketFor(gateway, '/code-server/', ada, { scope: 'file:read' });
    const arrived = await arrive(gateway, `/code-server/?ticket=${ticket}`);
    expect([arrived.status, arrived.cookie]).toEqual([403, '']);
  });

  it('closes when the key is taken back', async () => {
    await using gateway = await withEditor();
    const { cookie } = await arrive(gateway, `/code-server/?ticket=${await ticketFor(gateway, '/code-server/', ada)}`);
    expect((await ask(gateway, '/code-server/', { cookie })).status).toBe(200);
    gateway.listening.takeKeys(gateway.options({ auth: { keys: keys.slice(1) } }))();
    expect((await ask(gateway, '/code-server/', { cookie })).status).toBe(401);
  });

  it('stands below a base path, told by the proxy or by the option, and sets Secure behind TLS', async () => {
    await using gateway = await withEditor({ basePath: '/box/1/' });
    for (const path of ['/box/1/code-server/', '/code-server/']) {
      const arrived = await arrive(gateway, `${path}?ticket=${await ticketFor(gateway, '/code-server/', ada)}`);
      expect([arrived.to, String(arrived.headers['set-cookie'])]).toEqual([
        '/box/1/code-server/',
        expect.stringContaining('; Path=/box/1/code-server/;'),
      ]);
      expect((await ask(gateway, '/box/1/code-server/', { cookie: arrived.cookie })).status).toBe(200);
    }
    const told = { 'x-forwarded-prefix': '/other', 'x-forwarded-proto': 'https' };
    const arrived = await arrive(gateway, `/code-server/?ticket=${await ticketFor(gateway, '/code-server/', ada)}`, told);
    expect([arrived.to, String(arrived.headers['set-cookie'])]).toEqual([
      '/other/code-server/',
      expect.stringMatching(/Path=\/other\/code-server\/;.*; Secure$/),
    ]);
    for (const prefix of ['//evil.example', '/a;b', 'https://evil.example', '/a/../b', '/a"><script>']) {
      const { to } = await arrive(gateway, `/code-server/?ticket=${await ticketFor(gateway, '/code-server/', ada)}`, {
        'x-forwarded-prefix': prefix,
      });
      expect(to, prefix).toBe('/box/1/code-server/');
    }
    expect((await gateway.request('/box/1/healthz')).status).toBe(200);
  });

  it('is recorded: arrivals, WebSockets and refusals, but not what pages load', async () => {
    await using gateway = await withEditor();
    const { cookie } = await arrive(gateway, `/code-server/?ticket=${await ticketFor(gateway, '/code-server/', ada)}`);
    await ask(gateway, '/code-server/a.js', { cookie });
    await talk(gateway, '/code-server/ws', { cookie });
    await ask(gateway, '/code-server/', bearer(eve));
    const folder = join(gateway.folder, 'state/audit/1');
    const read = async () => {
      const files = await Promise.all(
        (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).map((name) => readFile(join(folder, name), 'utf8')),
      );
      return files
        .join('')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    };
    const begins = await until(async () => {
      const records = (await read()).filter(({ type, server }) => type === 'begin' && server === 'ui');
      return records.length >= 3 ? records : undefined;
    });
    expect(begins.map(({ principal, tool, method, decision }) => [principal, tool, method, decision])).toEqual([
      ['key:ada', 'code-server', 'GET /code-server/', 'allow'],
      ['key:ada', 'code-server', 'WebSocket /code-server/', 'allow'],
      ['key:eve', 'code-server', 'GET /code-server/', 'deny'],
    ]);
  });
});
