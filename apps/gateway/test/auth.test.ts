import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sandlot/core/testing';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../src/auth/authenticator.ts';
import { keyCommand } from '../src/auth/key-command.ts';
import { flattenAuth, toAuthConfig } from '../src/config/auth.ts';
import { gatewayOptions } from '../src/config/options.ts';
import { loadOptions } from '@sandlot/core/config';
import { bodyOf, errorOf } from './answers.ts';
import { authGateway } from './auth-gateway.ts';
import { key } from './sample-gateway.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const entry = (id: string, secret: string, more: object = {}) => ({ id, hash: `sha256:${sha256(secret)}`, scopes: ['*'], ...more });
const ci = 'sk-ci-0123456789abcdef';

describe('API keys', () => {
  it('are several, each a principal of its own with its own scopes, besides the key of the environment', async () => {
    await using gateway = await authGateway({
      auth: { keys: [entry('ci', ci, { scopes: ['file:*', 'shell:read'] }), entry('bare', 'sk-bare-0123456789', { scopes: [] })] },
    });
    const who = async (as: string) => (await gateway.request('/whoami', { as })).json();
    expect(await who(ci)).toMatchObject({ id: 'key:ci', scopes: ['file:*', 'shell:read'] });
    expect(await who('sk-bare-0123456789')).toMatchObject({ id: 'key:bare', scopes: [] });
    expect(await who(key)).toMatchObject({ id: 'key', scopes: ['*'] });
  });

  it('are taken from three headers, never from the URL or a cookie', async () => {
    await using gateway = await authGateway();
    for (const headers of [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer ${key}` },
      { 'x-sandlot-key': key },
      { 'x-aio-api-key': key },
    ]) {
      expect((await gateway.request('/whoami', { as: undefined, headers })).status, JSON.stringify(headers)).toBe(200);
    }
    for (const query of [`?api_key=${key}`, `?key=${key}`, `?token=${key}`, `?access_token=${key}`, `?ticket=${key}`]) {
      expect((await gateway.request(`/whoami${query}`, { as: undefined })).status, query).toBe(401);
    }
    for (const headers of [
      { cookie: `key=${key}; authorization=Bearer ${key}` },
      { authorization: key },
      { authorization: `Basic ${btoa(`key:${key}`)}` },
    ]) {
      expect((await gateway.request('/whoami', { as: undefined, headers })).status, JSON.stringify(headers)).toBe(401);
    }
    const twice = { authorization: `Bearer ${key}, Bearer ${key}` };
    expect((await gateway.request('/whoami', { as: undefined, headers: twice })).status).toBe(400);
  });

  it('that are missing, wrong or expired are refused, each with its own words and a challenge', async () => {
    await using gateway = await authGateway({ auth: { keys: [entry('old', ci, { expires: '2020-01-01T00:00:00Z' })] } });
    for (const [as, message, challenge] of [
      [undefined, 'No API key or token was sent.', 'Bearer realm="sandlot"'],
      ['wrong', 'The API key is wrong.', 'Bearer realm="sandlot", error="invalid_token", error_description="The API key is wrong."'],
      [ci, 'The credential "key:old" expired at 2020-01-01T00:00:00.000Z.', expect.stringContaining('error="invalid_token"')],
      [`${key} `.slice(0, -2), 'The API key is wrong.', expect.stringContaining('error="invalid_token"')],
    ] as const) {
      const response = await gateway.request('/whoami', { as });
      expect(response.status).toBe(401);
      expect(await errorOf(response)).toMatchObject({ code: 'UNAUTHENTICATED', message });
      expect(response.headers.get('www-authenticate')).toEqual(challenge);
    }
    expect(gateway.reached).toEqual([]);
  });

  it('come from the environment too, and the key expires while the gateway runs', async () => {
    const { values } = loadOptions(gatewayOptions, {
      env: {
        SANDLOT_API_KEYS: JSON.stringify([
          { id: 'ci', env: 'CI_KEY', scopes: 'file:read,shell:*', expires: new Date(Date.now() + 600).toISOString() },
        ]),
      },
    });
    const authenticator = await createAuthenticator(await toAuthConfig(values, undefined, { CI_KEY: ci }));
    const attempt = { headers: new Headers({ authorization: `Bearer ${ci}` }), path: '/mcp', address: '127.0.0.1' };
    expect(authenticator.authenticate(attempt)).toMatchObject({ id: 'key:ci', scopes: ['file:read', 'shell:*'] });
    await expect
      .poll(() => {
        try {
          return authenticator.authenticate(attempt);
        } catch (error) {
          return String(error);
        }
      })
      .toMatch(/expired/);
  });
});

describe('a configuration that cannot be what was meant stops the start', () => {
  const refused: [string, Record<string, unknown>, RegExp][] = [
    ['an unknown key in "auth"', { auth: { keyz: [] } }, /keyz/],
    ['an unknown key in an entry', { auth: { keys: [entry('a', ci, { scope: 'x' })] } }, /scope/],
    ['a scope that is none', { auth: { keys: [entry('a', ci, { scopes: ['file'] })] } }, /"file" is no scope/],
    ['a hash that is none', { auth: { keys: [{ id: 'a', hash: ci, scopes: [] }] } }, /SHA-256/],
    ['neither hash nor env', { auth: { keys: [{ id: 'a', scopes: [] }] } }, /either "hash" or "env"/],
    ['both hash and env', { auth: { keys: [entry('a', ci, { env: 'A' })] } }, /either "hash" or "env"/],
    [
      'a variable that is not set',
      { auth: { keys: [{ id: 'a', env: 'SANDLOT_TEST_UNSET', scopes: [] }] } },
      /SANDLOT_TEST_UNSET is not set/,
    ],
    ['an id twice', { auth: { keys: [entry('a', ci), entry('a', 'sk-other-0123456789')] } }, /"a" stands twice/],
    ['a secret twice', { auth: { keys: [entry('a', ci), entry('b', ci)] } }, /"b" stands twice/],
    ['a date that is none', { auth: { keys: [entry('a', ci, { expires: 'soon' })] } }, /expected a date/],
    ['a short key', { apiKey: 'short' }, /16 characters/],
    ['no authentication with keys', { auth: { mode: 'none', keys: [entry('a', ci)] }, apiKey: undefined }, /contradicts/],
    ['no authentication in public', { auth: 'none', host: '0.0.0.0' }, /refused on "0.0.0.0"/],
    ['an unknown mode', { auth: { mode: 'off' } }, /auth/],
    ['tokens without issuer', { auth: { jwt: { jwks: 'https://issuer.example/jwks', audience: 'x' } } }, /issuer/],
    ['tokens without audience', { auth: { jwt: { jwks: 'https://issuer.example/jwks', issuer: 'x' } } }, /audience/],
    ['a JWKS over http', { auth: { jwt: { jwks: 'http://issuer.example/jwks', issuer: 'x', audience: 'x' } } }, /not https/],
    ['a JWKS file that is not there', { auth: { jwt: { jwks: '/nowhere.json', issuer: 'x', audience: 'x' } } }, /Cannot read the JWKS/],
    ['a public key that is none', { auth: { jwt: { publicKey: 'aGVsbG8=', issuer: 'x', audience: 'x' } } }, /not a public key/],
    [
      'a private key',
      { auth: { jwt: { publicKey: pemOf(generateKeyPairSync('ed25519').privateKey), issuer: 'x', audience: 'x' } } },
      /private key/,
    ],
    [
      'a key of 1024 bits',
      { auth: { jwt: { publicKey: pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey), issuer: 'x', audience: 'x' } } },
      /2048/,
    ],
    ['both JWKS and key', { auth: { jwt: { publicKey: 'x', jwks: 'https://x.example', issuer: 'x', audience: 'x' } } }, /one of/],
    ['OAuth without a public URL', { auth: { oauth: { authorizationServers: ['https://as.example'] } } }, /publicUrl/],
    [
      'OAuth without tokens',
      { auth: { oauth: { authorizationServers: ['https://as.example'], publicUrl: 'https://a.example' } } },
      /auth.jwt/,
    ],
  ];
  for (const [what, file, message] of refused) {
    it(what, async () => {
      await expect(authGateway(file)).rejects.toThrow(message);
    });
  }

  it('and an empty list of keys lets nobody in, rather than making a key', async () => {
    await using gateway = await authGateway({ apiKey: undefined, auth: { keys: [] } });
    expect(gateway.generated).toBe(false);
    expect((await gateway.request('/whoami')).status).toBe(401);
    await using bare = await authGateway({ apiKey: undefined });
    expect(bare.generated).toBe(true);
  });
});

function pemOf(object: KeyObject): string {
  return String(
    object.type === 'private' ? object.export({ type: 'pkcs8', format: 'pem' }) : object.export({ type: 'spki', format: 'pem' }),
  );
}

const issuer = 'https://issuer.example';
const audience = 'sandlot-test';

/** An issuer with one key, and its tokens. */
async function newIssuer(alg: 'RS256' | 'ES256' | 'EdDSA') {
  const pair = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: `${alg}-1`, alg };
  const token = (claims: JWTPayload = {}, header: object = {}) =>
    new SignJWT({
      iss: issuer,
      aud: audience,
      sub: 'ada',
      exp: Math.floor(Date.now() / 1000) + 60,
      scope: 'file:* shell:read openid',
      ...claims,
    })
      .setProtectedHeader({ alg, kid: jwk.kid, ...header })
      .sign(pair.privateKey);
  return { jwk, token, pair };
}

describe('tokens', () => {
  for (const alg of ['RS256', 'ES256', 'EdDSA'] as const) {
    it(`signed with ${alg} are let in, with the scopes they carry`, async () => {
      await using folder = await temporaryFolder();
      const { jwk, token } = await newIssuer(alg);
      const jwks = join(folder.path, 'jwks.json');
      await writeFile(jwks, JSON.stringify({ keys: [jwk] }));
      await using gateway = await authGateway({ auth: { jwt: { issuer, audience, jwks } } });
      const who = async (as: string) => (await gateway.request('/whoami', { as })).json();
      expect(await who(await token())).toEqual({ id: 'jwt:ada', scopes: ['file:*', 'shell:read'] });
      expect(await who(await token({ scope: undefined, scp: ['browser:read'] }))).toMatchObject({ scopes: ['browser:read'] });
      expect(await who(await token({ aud: ['other', audience], sub: 'bob', scope: '' }))).toEqual({ id: 'jwt:bob', scopes: [] });
      expect(await who(await token({ scope: undefined }))).toMatchObject({ scopes: [] });
      expect(await who(await token({ exp: Math.floor(Date.now() / 1000) - 10 })), 'a clock may be off by 30 s').toMatchObject({
        id: 'jwt:ada',
      });
      expect(await who(key), 'keys go on beside them').toMatchObject({ id: 'key' });
    });
  }

  it('are checked with a JWKS from a URL; when it cannot be fetched, that is not the caller’s fault', async () => {
    const first = await newIssuer('ES256');
    const served: { keys?: object[] } = {};
    let fetched = 0;
    const server = createServer((_, response) => {
      fetched++;
      if (served.keys) response.setHeader('content-type', 'application/json').end(JSON.stringify(served));
      else response.writeHead(500).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const jwks = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/jwks`;
    await using gateway = await authGateway({ auth: { jwt: { issuer, audience, jwks } } });
    const token = await first.token();
    const failing = await gateway.request('/whoami', { as: token });
    expect([failing.status, (await errorOf(failing)).code]).toEqual([503, 'UNAVAILABLE']);
    served.keys = [first.jwk];
    expect((await gateway.request('/whoami', { as: token })).status).toBe(200);
    const before = fetched;
    expect((await gateway.request('/whoami', { as: token })).status).toBe(200);
    expect(fetched, 'a good token is remembered').toBe(before);
    server.closeAllConnections();
    server.close();
  });

  it('of AIO Sandbox need a signature and an end, and what issuer and audience are set', async () => {
    const { pair } = await newIssuer('RS256');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = pemOf(rsa.publicKey);
    const make = (claims: object) => {
      const input = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
      return `${input}.${sign('sha256', Buffer.from(input), rsa.privateKey).toString('base64url')}`;
    };
    const exp = Math.floor(Date.now() / 1000) + 60;
    for (const form of [pem, pem.replaceAll('\n', String.raw`\n`), Buffer.from(pem).toString('base64')]) {
      await using gateway = await authGateway({ apiKey: undefined, aioJwtPublicKey: form });
      expect(await (await gateway.request('/whoami', { as: make({ exp }) })).json()).toMatchObject({ id: 'jwt', scopes: ['*'] });
      expect((await gateway.request('/whoami', { as: make({}) })).status).toBe(401);
      expect(
        (await gateway.request('/whoami', { as: await new SignJWT({ exp }).setProtectedHeader({ alg: 'RS256' }).sign(pair.privateKey) }))
          .status,
      ).toBe(401);
      expect(await (await gateway.request('/whoami', { as: make({ exp, sub: 'a', scope: 'file:read' }) })).json()).toMatchObject({
        id: 'jwt:a',
        scopes: ['file:read'],
      });
    }
    await using strict = await authGateway({ apiKey: undefined, aioJwtPublicKey: pem, jwtIssuer: issuer, jwtAudience: [audience] });
    expect((await strict.request('/whoami', { as: make({ exp }) })).status).toBe(401);
    expect((await strict.request('/whoami', { as: make({ exp, iss: issuer, aud: audience, sub: 'a' }) })).status).toBe(200);
  });
});

describe('OAuth', () => {
  it('tells clients where to get a token, for which URL, with which scopes', async () => {
    await using folder = await temporaryFolder();
    const { jwk, token } = await newIssuer('EdDSA');
    const jwks = join(folder.path, 'jwks.json');
    await writeFile(jwks, JSON.stringify({ keys: [jwk] }));
    const publicUrl = 'https://sandbox.example';
    await using gateway = await authGateway({
      apiKey: undefined,
      auth: { jwt: { issuer, jwks }, oauth: { publicUrl: `${publicUrl}/`, authorizationServers: ['https://as.example'] } },
    });
    const unasked = await gateway.request('/mcp/sample', { as: undefined, method: 'POST', body: '{}' });
    expect(unasked.status).toBe(401);
    expect(unasked.headers.get('www-authenticate')).toBe(
      `Bearer realm="sandlot", scope="sample:read", resource_metadata="${publicUrl}/.well-known/oauth-protected-resource/mcp/sample"`,
    );
    for (const path of ['', '/mcp', '/mcp/sample']) {
      const metadata = await bodyOf(await gateway.request(`/.well-known/oauth-protected-resource${path}`, { as: undefined }));
      expect(metadata).toMatchObject({
        resource: `${publicUrl}${path}`,
        authorization_servers: ['https://as.example'],
        bearer_methods_supported: ['header'],
      });
      expect(metadata.scopes_supported).toContain('sample:read');
    }
    expect((await gateway.request('/.well-known/oauth-protected-resource/v1', { as: undefined })).status).toBe(404);

    const wide = await token({ aud: publicUrl });
    const narrow = await token({ aud: `${publicUrl}/mcp/sample` });
    const list = {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      headers: { accept: 'application/json, text/event-stream' },
    };
    expect((await gateway.request('/whoami', { as: wide })).status).toBe(200);
    expect((await gateway.request('/whoami', { as: narrow })).status).toBe(401);
    expect((await gateway.request('/mcp', { ...list, as: narrow })).status).toBe(401);
    expect((await gateway.request('/mcp/sample', { ...list, as: narrow })).status).not.toBe(401);
    expect((await gateway.request('/whoami', { as: await token({ aud: 'https://sandbox.example.evil/mcp' }) })).status).toBe(401);
  });

  it('has no metadata when it is not configured', async () => {
    await using gateway = await authGateway();
    expect((await gateway.request('/.well-known/oauth-protected-resource', { as: undefined })).status).toBe(401);
    expect((await gateway.request('/.well-known/oauth-protected-resource')).status).toBe(404);
  });
});

describe('sandlot key create', () => {
  it('shows the key once, and an entry that lets it in', async () => {
    let out = '';
    keyCommand(['create', 'laptop', '--scopes', 'file:read, *:read', '--expires', '90d'], (text) => (out += text));
    const made = /sk-sandlot-[\w-]{43}/.exec(out)?.[0] ?? '';
    const json = JSON.parse(/^ {2}(\{.*\})$/m.exec(out)?.[1] ?? '');
    expect(json).toMatchObject({ id: 'laptop', scopes: ['file:read', '*:read'] });
    expect(JSON.stringify(json)).not.toContain(made);
    await using gateway = await authGateway({ auth: { keys: [json] } });
    expect(await (await gateway.request('/whoami', { as: made })).json()).toMatchObject({ id: 'key:laptop' });
  });

  for (const words of [
    ['make'],
    ['create'],
    ['create', 'a/b', '--scopes', '*'],
    ['create', 'a'],
    ['create', 'a', '--scopes', 'file'],
    ['create', 'a', '--scopes', '*', '--expires', '2001-01-01'],
    ['create', 'a', '--what'],
  ]) {
    it(`refuses ${words.join(' ')}`, () => {
      expect(() => keyCommand(words, () => undefined)).toThrow();
    });
  }
});

describe('flattenAuth', () => {
  it('leaves a file without the section as it is', () => {
    expect(flattenAuth({ port: 1, auth: 'none' })).toEqual({ port: 1, auth: 'none' });
  });
});
