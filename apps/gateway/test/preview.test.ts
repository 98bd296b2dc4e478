import { describe, expect, it } from 'vitest';
import { keyEntry, realGateway } from './real-gateway.ts';
import { portServer } from './stand-in.ts';
import { arrive, ask, sawOf, talk, ticketFor } from './ui-kit.ts';

const ada = 'sk-ada-0123456789abcdef';
const eve = 'sk-eve-0123456789abcdef';
const keys = [keyEntry('ada', ada, ['ui:proxy']), keyEntry('eve', eve, ['ui:jupyter', 'shell:*'])];
const bearer = { authorization: `Bearer ${ada}` };
const start = (file: Record<string, unknown> = {}) => realGateway([], { auth: { keys }, ...file });
const hostOf = (gateway: { url: string }, port: number, name = 'box.localhost') => `${port}-${name}:${new URL(gateway.url).port}`;

describe('previews of ports', () => {
  it('strip the prefix, keep it, or have a host of their own', async () => {
    await using gateway = await start();
    await using server = await portServer();
    const { port } = server;
    const seen = async (path: string, headers = {}) => sawOf((await ask(gateway, path, { ...bearer, ...headers })).body);
    expect(await seen(`/proxy/${port}/a/b?c=1`)).toMatchObject({
      url: '/a/b?c=1',
      headers: { host: `localhost:${port}`, 'x-forwarded-prefix': `/proxy/${port}` },
    });
    expect(await seen(`/absproxy/${port}/a/b?c=1`)).toMatchObject({ url: `/absproxy/${port}/a/b?c=1` });
    const host = hostOf(gateway, port);
    expect(await seen('/v1/sandbox?c=1', { host })).toMatchObject({
      url: '/v1/sandbox?c=1',
      headers: { host: `localhost:${port}`, 'x-forwarded-host': host },
    });
    expect(await seen('/healthz', { host })).toMatchObject({ url: '/healthz' });
    const { status, headers } = await ask(gateway, `/proxy/${port}`, bearer);
    expect([status, headers['location']]).toEqual([308, `/proxy/${port}/`]);
    for (const [path, more, url] of [
      [`/proxy/${port}/ws?x=1`, {}, '/ws?x=1'],
      [`/absproxy/${port}/ws`, {}, `/absproxy/${port}/ws`],
      ['/ws', { host }, '/ws'],
    ] as const) {
      expect(await talk(gateway, path, { ...bearer, ...more })).toMatchObject({ status: 101, echo: 'hello', saw: { url } });
    }
  });

  it('reach servers on ::1 too, and say when nothing listens', async () => {
    await using gateway = await start();
    const server = await portServer(undefined, '::1');
    expect((await ask(gateway, `/proxy/${server.port}/`, bearer)).status).toBe(200);
    await server[Symbol.asyncDispose]();
    const gone = await ask(gateway, `/proxy/${server.port}/`, bearer);
    expect([gone.status, gone.body]).toEqual([503, expect.stringContaining(`Nothing listens on port ${server.port}`)]);
    expect((await talk(gateway, `/proxy/${server.port}/`, bearer)).status).toBe(503);
  });

  it('open for a browser with a ticket: a sandboxed page on a path, a cookie on a host', async () => {
    await using gateway = await start();
    await using server = await portServer(
      (_, res) => (
        res.setHeader('content-security-policy', "img-src 'none'"),
        res.setHeader('set-cookie', ['a=1; Path=/; Domain=localhost', 'sandlot_1=x']),
        false
      ),
    );
    const { port } = server;
    const onPath = await arrive(gateway, `/proxy/${port}/x?y=1&ticket=${await ticketFor(gateway, `/proxy/${port}/`, ada)}`);
    expect([onPath.to, onPath.cookie]).toEqual([expect.stringMatching(new RegExp(String.raw`^/proxy/${port}~[\w-]{22}/x\?y=1$`)), '']);
    const page = await ask(gateway, onPath.to, { cookie: 'theirs=1', origin: 'null' });
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toMatch(/^img-src 'none', sandbox (?!.*allow-same-origin)/);
    expect(page.headers).toMatchObject({ 'access-control-allow-origin': 'null', 'cross-origin-resource-policy': 'cross-origin' });
    expect(page.headers).not.toHaveProperty('set-cookie');
    expect(sawOf(page.body)).toMatchObject({ url: '/x?y=1', headers: expect.not.objectContaining({ cookie: expect.anything() }) });
    expect((await talk(gateway, onPath.to, { origin: 'null' })).status).toBe(101);
    const host = hostOf(gateway, port);
    const onHost = await arrive(gateway, `/x?ticket=${await ticketFor(gateway, `/proxy/${port}/`, ada)}`, { host });
    expect([onHost.to, onHost.headers['set-cookie']]).toEqual(['/x', [expect.stringMatching(/; Path=\/; HttpOnly; SameSite=Strict$/)]]);
    const free = await ask(gateway, '/x', { host, cookie: `${onHost.cookie}; b=2`, authorization: 'Bearer of-the-app' });
    expect([free.status, free.headers['content-security-policy'], free.headers['set-cookie']]).toEqual([
      200,
      "img-src 'none'",
      ['a=1; Path=/'],
    ]);
    expect(sawOf(free.body).headers).toMatchObject({ cookie: 'b=2' });
    expect(free.body).not.toContain('of-the-app');
    expect((await talk(gateway, '/x', { host, cookie: onHost.cookie, origin: `http://${host}` })).saw?.headers).toMatchObject({
      origin: `http://localhost:${port}`,
    });
  });

  it('let a sandboxed page ask what it may send', async () => {
    await using gateway = await start();
    await using server = await portServer();
    const { to } = await arrive(gateway, `/proxy/${server.port}/?ticket=${await ticketFor(gateway, `/proxy/${server.port}/`, ada)}`);
    const asked = { origin: 'null', 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' };
    const answer = await ask(gateway, to, asked, { method: 'OPTIONS' });
    expect([answer.status, answer.headers['access-control-allow-origin'], answer.headers['access-control-allow-methods']]).toEqual([
      204,
      'null',
      'PUT',
    ]);
    expect((await ask(gateway, `/proxy/${server.port}/`, asked, { method: 'OPTIONS' })).status).toBe(403);
    expect(server.requests).toEqual([]);
  });

  it('rewrite redirects of the server to itself, and follow none', async () => {
    await using gateway = await start();
    let location = '';
    await using server = await portServer((_, res) => (res.writeHead(302, { location }).end(), true));
    const { port } = server;
    const to = async (path: string, headers = {}) => (await ask(gateway, path, { ...bearer, ...headers })).headers['location'];
    for (const [given, strip, keep, host] of [
      ['/b?c#d', `/proxy/${port}/b?c#d`, '/b?c#d', '/b?c#d'],
      ['b', 'b', 'b', 'b'],
      [`http://127.0.0.1:${port}/b`, `/proxy/${port}/b`, '/b', '/b'],
      [`http://localhost:${port}/b`, `/proxy/${port}/b`, '/b', '/b'],
      ['https://example.com/', 'https://example.com/', 'https://example.com/', 'https://example.com/'],
    ] as const) {
      location = given;
      expect([await to(`/proxy/${port}/`), await to(`/absproxy/${port}/`), await to('/', { host: hostOf(gateway, port) })], given).toEqual([
        strip,
        keep,
        host,
      ]);
    }
    location = `${gateway.url}/v1/sandbox`;
    const answer = await ask(gateway, `/proxy/${port}/`, bearer);
    expect([answer.status, answer.headers['location'], answer.body]).toEqual([302, location, '']);
  });
});

describe('attacks on previews', () => {
  it("Sandlot's own ports, and those below 1024, are refused in every form, also as WebSockets", async () => {
    await using upstream = await portServer();
    await using blocked = await portServer();
    await using cdp = await portServer();
    await using gateway = await realGateway(
      ['browser'],
      { auth: { keys }, blockedPorts: [blocked.port] },
      { browser: { cdpEndpoint: `http://127.0.0.1:${cdp.port}` } },
    );
    await gateway.gateway.registry.configure({ docs: { url: `http://localhost:${upstream.port}/mcp` } });
    const own = Number(new URL(gateway.url).port);
    for (const port of [own, blocked.port, cdp.port, upstream.port, 1, 22, 80, 443, 1023]) {
      for (const path of [`/proxy/${port}/`, `/absproxy/${port}/v1/sandbox`]) {
        expect((await ask(gateway, path, bearer)).status, path).toBe(403);
        expect((await talk(gateway, path, bearer)).status, path).toBe(403);
      }
      expect((await ask(gateway, '/', { ...bearer, host: hostOf(gateway, port) })).status, String(port)).toBe(403);
      expect((await talk(gateway, '/', { ...bearer, host: hostOf(gateway, port) })).status, String(port)).toBe(403);
    }
    expect([blocked.requests, cdp.requests]).toEqual([[], []]);
    expect(upstream.requests.filter(({ url }) => url !== '/mcp')).toEqual([]);
  });

  it('what is no port is not found, and nothing leads out of a port', async () => {
    await using gateway = await start();
    await using server = await portServer();
    await using other = await portServer();
    for (const port of [
      '0',
      '65536',
      '99999',
      '-1',
      '03000',
      '3000.5',
      '0x1f90',
      '3e3',
      'localhost',
      '127.0.0.1:3000',
      `${server.port}@evil`,
      '%33000',
    ]) {
      expect((await ask(gateway, `/proxy/${port}/`, bearer)).status, port).toBe(404);
    }
    for (const path of [
      `/proxy/${server.port}/../${other.port}/`,
      `/proxy/${server.port}/%2e%2e/${other.port}/`,
      `/proxy/${server.port}/..\\${other.port}/`,
    ]) {
      await ask(gateway, path, bearer);
    }
    expect(server.requests).toEqual([]);
    expect(new Set(other.requests.map(({ url }) => url))).toEqual(new Set(['/']));
    await ask(gateway, `/proxy/${server.port}/../../v1/sandbox`, bearer);
    await ask(gateway, `/proxy/${server.port}/..%2f..%2fetc`, bearer);
    await ask(gateway, `/proxy/${server.port}//evil.example/x`, bearer);
    expect(server.requests.map(({ url }) => url)).toEqual(['/..%2f..%2fetc', '//evil.example/x']);
    const arrived = await arrive(gateway, `//evil.example/?ticket=${await ticketFor(gateway, `/proxy/${server.port}/`, ada)}`, {
      host: hostOf(gateway, server.port),
    });
    expect([arrived.status >= 400, arrived.to]).toEqual([true, '']);
  });

  it('need the scope, and a ticket or pass of one port is none for another or for the API', async () => {
    await using gateway = await start();
    await using server = await portServer();
    await using other = await portServer();
    const { port } = server;
    expect((await ask(gateway, `/proxy/${port}/`)).status).toBe(401);
    expect((await ask(gateway, '/', { host: hostOf(gateway, port) })).status).toBe(401);
    expect((await ask(gateway, `/proxy/${port}/`, { authorization: `Bearer ${eve}` })).status).toBe(403);
    expect((await ask(gateway, '/', { host: hostOf(gateway, port), authorization: `Bearer ${eve}` })).status).toBe(403);
    const ticket = () => ticketFor(gateway, `/proxy/${port}/`, ada);
    expect((await ask(gateway, `/proxy/${other.port}/?ticket=${await ticket()}`)).status).toBe(401);
    expect((await ask(gateway, `/?ticket=${await ticket()}`, { host: hostOf(gateway, other.port) })).status).toBe(401);
    const { to } = await arrive(gateway, `/proxy/${port}/?ticket=${await ticket()}`);
    const pass = to.slice(to.indexOf('~') + 1, -1);
    expect((await ask(gateway, `/proxy/${port}~${pass}/`)).status).toBe(200);
    for (const path of [
      `/proxy/${other.port}~${pass}/`,
      `/absproxy/${port}~${pass}/`,
      `/proxy/${port}~${'A'.repeat(22)}/`,
      '/v1/sandbox',
    ]) {
      expect((await ask(gateway, path, { cookie: `${gateway.url}=${pass}` })).status, path).toBe(401);
    }
    const { cookie } = await arrive(gateway, `/?ticket=${await ticket()}`, { host: hostOf(gateway, port) });
    for (const path of ['/v1/sandbox', '/mcp', `/proxy/${port}/`, '/v1/ui'])
      expect((await ask(gateway, path, { cookie })).status, path).toBe(401);
    expect((await ask(gateway, '/', { cookie, host: hostOf(gateway, other.port) })).status).toBe(401);
    expect((await ask(gateway, '/', { cookie, host: hostOf(gateway, port), 'sec-fetch-site': 'same-site' })).status).toBe(401);
    expect((await ask(gateway, '/', { cookie, host: hostOf(gateway, port), origin: gateway.url })).status).toBe(403);
  });

  it('hosts that are none of ours are refused, however they are written', async () => {
    await using gateway = await start({ allowedHosts: ['box.example'] });
    await using server = await portServer();
    const at = async (name: string) => (await ask(gateway, '/', { ...bearer, host: name })).status;
    expect(await at(`${server.port}-box.example`)).toBe(200);
    expect(await at(`${server.port}-BOX.example:80`)).toBe(200);
    for (const name of [
      `${server.port}-evil.example`,
      `${server.port}-box.example.evil.example`,
      `${server.port}-${server.port}-box.example`,
      `${server.port}-`,
      `-box.example`,
      `${server.port}-box.example/x`,
    ]) {
      expect(await at(name), name).toBe(403);
    }
    expect(server.requests).toHaveLength(2);
  });
});
