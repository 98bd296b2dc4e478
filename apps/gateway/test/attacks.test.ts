import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { newKey } from '../src/auth/keys.ts';
import { bodyOf, errorOf, ticketOf } from './answers.ts';
import { authGateway, statusOf } from './auth-gateway.ts';
import { key } from './sample-gateway.ts';

const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'sample_greet', arguments: { name: 'Ada' } } };
const auth = `Authorization: Bearer ${key}\r\n`;

describe('G1: DNS rebinding (CVE-2025-66414, CVE-2025-66416, CVE-2025-9611, CVE-2025-64443, CVE-2026-11624, CVE-2026-61568)', () => {
  const body = '{not json';
  const post = (target: string, headers: string) =>
    `POST ${target} HTTP/1.1\r\n${headers}Connection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

  for (const host of [
    'evil.test',
    'localhost.evil.com',
    '',
    '[::1].evil',
    '127.0.0.1.evil.com',
    'evil.test:PORT',
    'localhost@evil.test',
    'localhost:PORT, evil.test',
    'evil',
    '169.254.169.254',
    '0x7f.1.evil.com',
    'localhost:99999999',
    '[::1',
    'localhost/..',
    'loc%61lhost',
    'localhost#',
  ]) {
    it(`Host "${host}" is 403 before the key and the body are looked at`, async () => {
      await using gateway = await authGateway();
      const answer = await gateway.raw(post('/mcp', `Host: ${host.replace('PORT', String(gateway.port))}\r\n`));
      expect(statusOf(answer), answer).toBe(403);
      expect(answer).not.toContain('not JSON');
    });
  }

  for (const host of ['localhost', 'localhost:PORT', 'LOCALHOST:PORT', 'localhost.', '127.0.0.1:PORT', '[::1]:PORT', '127.1:PORT']) {
    it(`Host "${host}" is this machine, whatever its spelling`, async () => {
      await using gateway = await authGateway();
      const answer = await gateway.raw(
        `GET /healthz HTTP/1.1\r\nHost: ${host.replace('PORT', String(gateway.port))}\r\nConnection: close\r\n\r\n`,
      );
      expect(statusOf(answer), answer).toBe(200);
    });
  }

  it('a long spelling of an IPv6 address is no way around', async () => {
    await using gateway = await authGateway();
    for (const host of ['[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:169.254.169.254]', '[::1%25eth0]']) {
      expect([400, 403], host).toContain(statusOf(await gateway.raw(post('/mcp', `Host: ${host}\r\n${auth}`))));
    }
  });

  it('a request line with an address of its own, two Hosts, and none', async () => {
    await using gateway = await authGateway();
    const host = `Host: 127.0.0.1:${gateway.port}\r\n`;
    expect(statusOf(await gateway.raw(post('http://evil.test/mcp', host)))).toBe(403);
    expect(statusOf(await gateway.raw(post(`http://127.0.0.1:${gateway.port}@evil.test/mcp`, host)))).toBe(403);
    expect(statusOf(await gateway.raw(post('http://127.0.0.1.evil.test/mcp', 'Host: 127.0.0.1\r\n')))).toBe(403);
    expect(statusOf(await gateway.raw(post(`http://127.0.0.1:${gateway.port}/mcp`, host)))).toBe(401);
    expect(statusOf(await gateway.raw(post('/mcp', `${host}Host: evil.test\r\n`)))).toBe(403);
    expect(statusOf(await gateway.raw(post('/mcp', '')))).toBe(400);
    expect(statusOf(await gateway.raw('GET /healthz HTTP/1.0\r\n\r\n'))).toBe(403);
  });

  for (const origin of [
    'https://evil.test',
    'null',
    'http://localhost.evil.com',
    'http://127.0.0.1:1',
    'http://localhost',
    'http://[::1].evil',
    'file://',
    'chrome-extension://abc',
    'http://127.0.0.1:PORT.evil.com',
    'http://evil@127.0.0.1:PORT/',
    'about:blank',
    '',
  ]) {
    it(`Origin "${origin}" is 403 before the key and the body are looked at`, async () => {
      await using gateway = await authGateway();
      const headers = `Host: 127.0.0.1:${gateway.port}\r\nOrigin: ${origin.replace('PORT', String(gateway.port))}\r\n`;
      const answer = await gateway.raw(post('/mcp', headers));
      expect(statusOf(answer), answer).toBe(403);
      expect(statusOf(await gateway.raw(post('/mcp', headers + auth)))).toBe(403);
    });
  }

  it('its own origin is let through to the key, and named hosts are, where others reach the gateway', async () => {
    await using gateway = await authGateway();
    const own = `Host: localhost:${gateway.port}\r\nOrigin: http://localhost:${gateway.port}\r\n`;
    expect(statusOf(await gateway.raw(post('/mcp', own)))).toBe(401);
    await using open = await authGateway({ host: '0.0.0.0', allowedHosts: ['sandbox.example', '*.apps.example'] });
    for (const [headers, status] of [
      ['Host: sandbox.example\r\n', 200],
      ['Host: SANDBOX.example.:8443\r\nOrigin: https://sandbox.example:8443\r\n', 200],
      ['Host: 10.0.0.7:8080\r\nOrigin: https://sandbox.example\r\n', 200],
      ['Host: sandlot:8080\r\n', 200],
      ['Host: host.docker.internal:8080\r\n', 200],
      ['Host: sandlot.agents.svc.cluster.local\r\n', 200],
      ['Host: box.apps.example\r\n', 200],
      ['Host: sandbox.example\r\nOrigin: https://3000-box.apps.example\r\n', 403],
      ['Host: apps.example\r\n', 403],
      ['Host: evilapps.example\r\n', 403],
      ['Host: evil.local\r\n', 403],
      ['Host: internal.evil.test\r\n', 403],
      ['Host: [fd00::7]:8080\r\n', 200],
      ['Host: other.example\r\n', 403],
      ['Host: sandbox.example.evil\r\n', 403],
      ['Host: sandbox.example\r\nOrigin: https://evil.test\r\n', 403],
    ] as const) {
      expect(statusOf(await open.raw(`GET /healthz HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`)), headers).toBe(status);
    }
  });

  it('a port of the machine itself is no friend (G10, AutoJack)', async () => {
    await using gateway = await authGateway();
    for (const port of [80, 3000, 6274, gateway.port + 1]) {
      for (const host of ['localhost', '127.0.0.1', '[::1]']) {
        expect((await gateway.request('/whoami', { headers: { origin: `http://${host}:${port}` } })).status).toBe(403);
      }
    }
  });
});

describe('G3: MCPwn (CVE-2026-33032)', () => {
  it('an allow-list that is absent or empty allows nothing', async () => {
    const { createHash } = await import('node:crypto');
    const secret = 'sk-empty-0123456789';
    const hash = createHash('sha256').update(secret).digest('hex');
    await using gateway = await authGateway({ auth: { keys: [{ id: 'empty', hash, scopes: [] }] } });
    expect(await (await gateway.request('/whoami', { as: secret })).json()).toMatchObject({ scopes: [] });
    await using absent = await authGateway({ auth: { keys: [{ id: 'absent', hash }] } });
    expect(await (await absent.request('/whoami', { as: secret })).json()).toMatchObject({ scopes: [] });
  });
});

describe('G5: patterns that take for ever (CVE-2026-0621)', () => {
  it('odd URIs and headers are answered at once', async () => {
    await using gateway = await authGateway();
    const longs = ['a'.repeat(8000), `${'/'.repeat(4000)}x`, `${'%2f'.repeat(2000)}`, `${'a.'.repeat(4000)}!`, `${'-'.repeat(8000)}`];
    for (const text of longs) {
      const started = performance.now();
      await (await gateway.request(`/v1/${text}?ticket=${text.slice(0, 3000)}`, { as: undefined })).text();
      await (await gateway.request('/whoami', { as: undefined, headers: { authorization: `Bearer ${text}` } })).text();
      await (await gateway.request('/whoami', { headers: { origin: `http://${text}` } })).text();
      await gateway.raw(`GET / HTTP/1.1\r\nHost: ${text}\r\nConnection: close\r\n\r\n`);
      expect(performance.now() - started, text.slice(0, 10)).toBeLessThan(30_000);
    }
  });
});

describe('G6: keys that two parsers read differently (CVE-2026-27896)', () => {
  for (const body of [
    '{"name":"Ada","name":"Eve"}',
    String.raw`{"name":"Ada","n\u0061me":"Eve"}`,
    '{"__proto__":{"name":"Eve"}}',
    String.raw`{"name":"Ada","a":[{"b":{"\u005f_proto__":1}}]}`,
    '{"a":{"x":1,"y":{"z":1},"x":2}}',
    `${'['.repeat(101)}${']'.repeat(101)}`,
    `{"a":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`,
  ]) {
    it(`${body.slice(0, 60)} is refused`, async () => {
      await using gateway = await authGateway();
      for (const path of ['/whoami', '/mcp', '/v1/mcp/sample/tools/sample_greet']) {
        expect((await gateway.request(path, { method: 'POST', body })).status, path).toBe(400);
      }
      expect(gateway.reached).toEqual([]);
    });
  }

  it('what is merely unusual is taken as it is', async () => {
    await using gateway = await authGateway();
    for (const body of [
      '{"a":{"x":1},"b":{"x":1}}',
      String.raw`{"a":"{\"x\":1,\"x\":2}","b":"\\","c":"\\\"","x":"a"}`,
      '["x","x",{"x":["x"]},"__proto__"]',
      ' { "a" : [ ] , "b" : "" , "" : 0 } ',
      '{"path":1,"PATH":2,"constructor":3}',
      '"text"',
      '1',
    ]) {
      const response = await gateway.request('/whoami', { method: 'POST', body });
      expect(response.status, body).toBe(200);
      expect((await bodyOf(response)).body).toEqual(JSON.parse(body));
    }
  });

  it('a method in other letters is no method', async () => {
    await using gateway = await authGateway();
    const { method, ...rest } = call;
    for (const message of [
      { ...rest, Method: method },
      { ...rest, METHOD: method },
    ]) {
      const response = await gateway.request('/mcp', {
        method: 'POST',
        body: JSON.stringify(message),
        headers: { accept: 'application/json, text/event-stream' },
      });
      expect(await response.text()).not.toContain('Hello');
      expect(response.status).toBe(400);
    }
  });
});

describe('G7: a header that names another tool than the body', () => {
  it('is 400 with code -32020, and nothing runs', async () => {
    await using gateway = await authGateway();
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const response = await gateway.request('/mcp', {
      method: 'POST',
      body: JSON.stringify({ ...call, params: { ...call.params, _meta } }),
      headers: {
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'sample_wait',
      },
    });
    expect([response.status, (await errorOf(response)).code]).toEqual([400, -32_020]);
  });
});

describe('G8: ids that can be guessed (CVE-2025-6515, CVE-2026-33946)', () => {
  it('keys and tickets have 128 random bits or more', async () => {
    expect(Buffer.from(newKey().slice('sk-sandlot-'.length), 'base64url')).toHaveLength(32);
    await using gateway = await authGateway();
    const tickets = await Promise.all(
      Array.from({ length: 50 }, async () => ticketOf(await gateway.request('/tickets', { method: 'POST', body: '{"path":"/page/"}' }))),
    );
    expect(new Set(tickets).size).toBe(50);
    expect(tickets.every((ticket) => Buffer.from(ticket, 'base64url').length === 16)).toBe(true);
  });

  it('a key that is nearly right is answered like one that is not', async () => {
    await using gateway = await authGateway();
    const answers = await Promise.all(
      ['x', `${key}x`, key.slice(0, -1), key.toUpperCase()].map(async (as) => (await gateway.request('/whoami', { as })).text()),
    );
    expect(new Set(answers).size).toBe(1);
  });
});

const upgrade = (path: string, headers: string) =>
  `GET ${path} HTTP/1.1\r\n${headers}Connection: close, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

describe('G9: cross-site WebSockets (CVE-2026-25253, GHSA-rqpp-rjj8-7wv8, CVE-2025-52882)', () => {
  it('an upgrade from a foreign Origin is 403, with key and ticket too', async () => {
    await using gateway = await authGateway();
    const ticket = await ticketOf(await gateway.request('/tickets', { method: 'POST', body: '{"path":"/page/socket"}' }));
    for (const origin of ['https://evil.test', 'null', 'http://localhost:3000']) {
      const headers = `Host: 127.0.0.1:${gateway.port}\r\nOrigin: ${origin}\r\n`;
      for (const answer of [
        await gateway.raw(upgrade('/page/socket', headers + auth)),
        await gateway.raw(upgrade(`/page/socket?ticket=${ticket}`, headers)),
      ]) {
        expect(statusOf(answer), answer).toBe(403);
      }
    }
    expect(gateway.reached).toEqual([]);
    expect(
      statusOf(
        await gateway.raw(
          upgrade(`/page/socket?ticket=${ticket}`, `Host: 127.0.0.1:${gateway.port}\r\nOrigin: http://127.0.0.1:${gateway.port}\r\n`),
        ),
      ),
    ).toBe(200);
  });

  it('scopes and names that the client declares are ignored', async () => {
    await using gateway = await authGateway();
    const response = await gateway.request('/whoami?scope=admin:*&principal=root', {
      headers: { 'x-scopes': 'admin:*', 'x-principal': 'root', 'x-forwarded-user': 'root' },
    });
    expect(await response.json()).toEqual({ id: 'key', scopes: ['*'] });
  });
});

describe('G11: HTTP asks, the WebSocket does not (CVE-2024-28179)', () => {
  it('an upgrade without a ticket is 401 and reaches nothing', async () => {
    await using gateway = await authGateway();
    for (const path of ['/page/socket', '/page/socket?ticket=', '/page/socket?ticket=AAAAAAAAAAAAAAAAAAAAAA', '/mcp', '/whoami']) {
      expect(statusOf(await gateway.raw(upgrade(path, `Host: 127.0.0.1:${gateway.port}\r\n`))), path).toBe(401);
    }
    expect(gateway.reached).toEqual([]);
  });
});

describe('G12: tokens that a careless check believes (Hono CVE-2026-22817, CVE-2026-44459, CVE-2026-47673)', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const part = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: 'https://issuer.example', aud: 'sandlot', sub: 'ada', exp: now + 3600 };
  const rs256 = (payload: unknown, header: object = {}) => {
    const input = `${part({ alg: 'RS256', ...header })}.${part(payload)}`;
    return `${input}.${sign('sha256', Buffer.from(input), rsa.privateKey).toString('base64url')}`;
  };
  const hs256 = (secret: string | Buffer) => {
    const input = `${part({ alg: 'HS256' })}.${part(claims)}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  const without = (name: keyof typeof claims) => Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name));
  const raw = (exp: string) => JSON.stringify(claims).replace(/"exp":\d+/, `"exp":${exp}`);
  const start = () =>
    authGateway({ auth: { jwt: { issuer: claims.iss, audience: claims.aud, publicKey: pem }, limits: { failuresPerMinute: 0 } } });

  const bad: [string, string][] = [
    ['alg none', `${part({ alg: 'none' })}.${part(claims)}.`],
    ['alg None', `${part({ alg: 'None' })}.${part(claims)}.AA`],
    ['HS256 with the public key as its secret', hs256(pem)],
    ['HS256 with the public key in DER', hs256(rsa.publicKey.export({ type: 'spki', format: 'der' }))],
    ['PS256', rs256(claims, { alg: 'PS256' })],
    ['no alg', `${part({})}.${part(claims)}.${randomBytes(256).toString('base64url')}`],
    [
      'a key of its own in the header',
      rs256(claims, { jwk: rsa.publicKey.export({ format: 'jwk' }) }).replace(/\.[\w-]+$/, `.${randomBytes(256).toString('base64url')}`),
    ],
    ['a critical header that nobody knows', rs256(claims, { crit: ['x'], x: 1 })],
    ['a changed payload', rs256(claims).replace(/\.[\w-]+\./, `.${part({ ...claims, sub: 'eve' })}.`)],
    ['exp as text', rs256(raw('"9e99"'))],
    ['exp beyond all time', rs256(raw('1e999'))],
    ['exp in milliseconds', rs256({ ...claims, exp: (now + 3600) * 1000 })],
    ['exp null', rs256(raw('null'))],
    ['exp NaN', rs256(raw('NaN'))],
    ['exp in a list', rs256(raw(`[${now + 3600}]`))],
    ['exp in the past', rs256({ ...claims, exp: now - 60 })],
    ['nbf to come', rs256({ ...claims, nbf: now + 600 })],
    ['nbf as text', rs256({ ...claims, nbf: '0' })],
    ['iat to come', rs256({ ...claims, iat: now + 600 })],
    ['no exp', rs256(without('exp'))],
    ['no aud', rs256(without('aud'))],
    ['no iss', rs256(without('iss'))],
    ['no sub', rs256(without('sub'))],
    ['another aud', rs256({ ...claims, aud: 'other' })],
    ['an aud that begins like ours', rs256({ ...claims, aud: 'sandlot.evil' })],
    ['another iss', rs256({ ...claims, iss: 'https://issuer.example.evil' })],
    ['iss in a list', rs256({ ...claims, iss: [claims.iss] })],
    ['a payload that is no object', rs256('[]')],
  ];
  for (const [what, token] of bad) {
    it(what, async () => {
      await using gateway = await start();
      const response = await gateway.request('/whoami', { as: token });
      expect([response.status, (await errorOf(response)).code]).toEqual([401, 'UNAUTHENTICATED']);
      expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
      expect(gateway.reached).toEqual([]);
    });
  }

  it('a good token under another scheme, in a key header, in the URL', async () => {
    await using gateway = await start();
    const token = rs256(claims);
    expect((await gateway.request('/whoami', { as: token })).status).toBe(200);
    for (const headers of [
      { authorization: `Basic ${token}` },
      { authorization: `JWT ${token}` },
      { authorization: token },
      { cookie: `token=${token}` },
    ]) {
      expect((await gateway.request('/whoami', { as: undefined, headers })).status, JSON.stringify(headers).slice(0, 30)).toBe(401);
    }
    expect((await gateway.request(`/whoami?access_token=${token}`, { as: undefined })).status).toBe(401);
  });
});

describe('G13: bodies without a declared length (Hono CVE-2026-44456)', () => {
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'a'), Buffer.from('\r\n')]);

  async function sendChunks(port: number, path: string, method: string, megabytes: number): Promise<{ status: number; sent: number }> {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${auth}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    let answer = '';
    socket.on('data', (data) => (answer += data));
    let sent = 0;
    for (; sent < megabytes * 16 && answer === '' && socket.writable; sent++) {
      if (!socket.write(chunk))
        await Promise.race([once(socket, 'drain'), once(socket, 'data'), once(socket, 'close')]).catch(() => undefined);
    }
    if (answer === '') await once(socket, 'data');
    socket.destroy();
    return { status: statusOf(answer), sent: sent / 16 };
  }

  /** Collects garbage, so that what is left is held. */
  function gc(): void {
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
  }

  it('200 MB are refused at the limit, and take no memory', async () => {
    await using gateway = await authGateway({ requestBytes: 1_000_000 });
    await sendChunks(gateway.port, '/whoami', 'POST', 4);
    gc();
    const before = process.memoryUsage().arrayBuffers;
    for (const [path, method] of [
      ['/whoami', 'POST'],
      ['/mcp', 'POST'],
      ['/v1/mcp/sample/tools/sample_greet', 'POST'],
      ['/whoami', 'PUT'],
      ['/whoami', 'DELETE'],
      ['/whoami', 'PATCH'],
    ] as const) {
      const { status, sent } = await sendChunks(gateway.port, path, method, 200);
      expect(status, `${method} ${path}`).toBe(413);
      expect(sent, 'megabytes until the answer').toBeLessThan(50);
    }
    await expect.poll(() => (gc(), process.memoryUsage().arrayBuffers - before)).toBeLessThan(10_000_000);
    expect(gateway.reached).toEqual([]);
  });

  it('a handler that ignores its body is not reached by one that is too long', async () => {
    await using gateway = await authGateway({ requestBytes: 1000 });
    const response = await gateway.request('/whoami', { method: 'POST', body: JSON.stringify('x'.repeat(1000)) });
    expect(response.status).toBe(413);
    const head = `POST /whoami HTTP/1.1\r\nHost: 127.0.0.1\r\n${auth}Content-Type: application/json\r\nConnection: close\r\n`;
    expect(statusOf(await gateway.raw(`${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)), 'both lengths').toBe(
      400,
    );
    expect(statusOf(await gateway.raw(`${head}Content-Length: 1e3\r\n\r\n{}`)), 'a length that is none').toBe(400);
    expect(gateway.reached).toEqual([]);
  });

  it('a body that comes slowly is still refused at the limit', async () => {
    await using gateway = await authGateway({ requestBytes: 1000 });
    const socket = connect(gateway.port, '127.0.0.1').on('error', () => undefined);
    socket.write(`POST /whoami HTTP/1.1\r\nHost: 127.0.0.1\r\n${auth}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`);
    let answer = '';
    socket.on('data', (data) => (answer += data));
    for (let n = 0; n < 2000 && answer === ''; n++) {
      socket.write('1\r\na\r\n');
      await new Promise((done) => setImmediate(done));
    }
    await expect.poll(() => statusOf(answer)).toBe(413);
    socket.destroy();
  });
});

describe('G14: paths that router and handler read differently (Hono CVE-2026-39407, CVE-2026-47676, CVE-2026-54286)', () => {
  const protectedPaths = ['/mcp', '/mcp/sample', '/v1/sandbox', '/v1/mcp/servers', '/v1/openapi.json', '/tickets', '/page/a', '/whoami'];
  const spell: ((path: string) => string)[] = [
    (path) => `/${path}`,
    (path) => `//${path}`,
    (path) => path.replace(/(?<=.)\//g, '//'),
    (path) => path.replace(/(?<=.)\//g, '%2f'),
    (path) => path.replace(/(?<=.)\//g, '%5c'),
    (path) => path.replace(/(?<=.)\//g, '\\'),
    (path) => `/healthz/..${path}`,
    (path) => `/healthz/%2e%2e${path}`,
    (path) => `/healthz/..%2f${path.slice(1)}`,
    (path) => `/healthz%2f..${path}`,
    (path) => `/.well-known/oauth-protected-resource/..%2f..${path}`,
    (path) => `/./${path.slice(1)}`,
    (path) => `/%2e${path}`,
    (path) => `${path}/`,
    (path) => `${path}/.`,
    (path) => `${path}%00`,
    (path) => `${path};/healthz`,
    (path) => `${path}?/healthz`,
    (path) => `${path}%3f/healthz`,
    (path) => path.toUpperCase(),
    (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    (path) => path.replace(/[a-z]/, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
    (path) => `/healthz#${path}`,
  ];
  for (const path of protectedPaths) {
    it(path, async () => {
      await using gateway = await authGateway();
      for (const method of ['GET', 'POST', 'HEAD']) {
        for (const spelling of spell) {
          const target = spelling(path);
          const answer = await gateway.raw(`${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\nConnection: close\r\n\r\n`);
          const health = answer.includes('{"status":"ok"}') || (method === 'HEAD' && target.startsWith('/healthz#'));
          expect(health || [400, 401, 403, 404].includes(statusOf(answer)), `${method} ${target}: ${answer}`).toBe(true);
        }
      }
      expect(gateway.reached).toEqual([]);
    });
  }
});

describe('G15: answers kept for somebody else (Hono GHSA-p77w-8qqv-26rm, CVE-2026-47674)', () => {
  it('no answer may be stored, and there is no cache that could mix callers', async () => {
    await using gateway = await authGateway();
    for (const [path, as] of [
      ['/v1/sandbox', key],
      ['/v1/sandbox', undefined],
      ['/v1/openapi.json', key],
      ['/whoami', key],
    ] as const) {
      expect((await gateway.request(path, { as })).headers.get('cache-control')).toBe('no-store');
    }
    expect((await gateway.request('/v1/sandbox', { as: undefined })).status).toBe(401);
  });
});

describe('G16: a form that looks like JSON', () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
    'application/jsonp',
    'text/json',
    'application/json, text/plain',
    'text/plain; application/json',
    'application/vnd.api+json',
  ]) {
    it(`content type "${type}" is 415`, async () => {
      await using gateway = await authGateway();
      const body = `${JSON.stringify(call).slice(0, -1)},"x":"="}`;
      for (const path of ['/mcp', '/v1/mcp/sample/tools/sample_greet', '/tickets', '/whoami']) {
        const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\nConnection: close\r\n${type === '' ? '' : `Content-Type: ${type}\r\n`}Content-Length: ${body.length}\r\n`;
        expect(statusOf(await gateway.raw(`${head}${auth}\r\n${body}`)), path).toBe(415);
        expect(statusOf(await gateway.raw(`${head}\r\n${body}`)), path).toBe(401);
        expect(statusOf(await gateway.raw(`${head}Cookie: Authorization=Bearer ${key}\r\n\r\n${body}`)), path).toBe(401);
      }
    });
  }
});

describe('G17: any page may read (CVE-2026-34237)', () => {
  it('a preflight gets no permission, and no answer carries a CORS header or an id in its URL', async () => {
    await using gateway = await authGateway();
    const own = `http://127.0.0.1:${gateway.port}`;
    for (const origin of ['https://evil.test', own]) {
      for (const path of ['/mcp', '/v1/sandbox', '/whoami', '/healthz']) {
        const preflight = await gateway.request(path, {
          method: 'OPTIONS',
          as: undefined,
          headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
        });
        const answer = await gateway.request(path, { headers: { origin } });
        for (const { headers } of [preflight, answer]) {
          expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
          expect(headers.get('location')).toBeNull();
        }
      }
    }
  });
});
