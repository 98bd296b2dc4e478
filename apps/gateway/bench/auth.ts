/**
 * What the policy costs: microseconds that authentication, limits, checks of Host, Origin and body, and the headers add to a request.
 *
 *     node --conditions=@sandlot/source apps/gateway/bench/auth.ts
 *
 * A request through the whole chain beside one to a bare Hono app that parses the same body, over the same kind of socket.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { Agent, request } from 'node:http';
import { Hono } from 'hono';
import { createAuthenticator } from '../src/auth/authenticator.ts';
import { digestOf, newKey } from '../src/auth/keys.ts';
import { keysFromPem } from '../src/auth/jwt-keys.ts';
import { Tickets } from '../src/auth/tickets.ts';
import { Usage } from '../src/auth/usage.ts';
import { listenApp } from '../src/listen.ts';
import { auth, type GatewayEnv } from '../src/middleware/auth.ts';
import { createHostCheck, hostOrigin } from '../src/middleware/host-origin.ts';
import { jsonBody } from '../src/middleware/json-body.ts';
import { limits } from '../src/middleware/limits.ts';
import { securityHeaders } from '../src/middleware/security-headers.ts';
import { parseStrict } from '../src/middleware/strict-json.ts';

const per = { ratePerSecond: 1e9, burst: 1e9, concurrent: 1000, sessions: 0 };
const key = newKey();
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const input = [{ alg: 'EdDSA' }, { iss: 'i', aud: 'a', sub: 's', scope: '*', exp: Math.floor(Date.now() / 1000) + 3600 }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');
const token = `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
const other = (n: number) => ({ id: `key:${n}`, digest: digestOf(`other-${n}`), scopes: ['file:*'], limits: per });

const authenticator = (keys: number) =>
  createAuthenticator({
    required: true,
    keys: [...Array.from({ length: keys - 1 }, (_, n) => other(n)), { id: 'key', digest: digestOf(key), scopes: ['*'], limits: per }],
    jwt: {
      keys: keysFromPem(publicKey.export({ type: 'spki', format: 'pem' }).toString()),
      issuer: 'i',
      audiences: ['a'],
      publicUrl: undefined,
      defaultScopes: [],
      limits: per,
    },
    limits: per,
    failuresPerMinute: 30,
  });

const body = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: {
    name: 'file_read',
    arguments: { path: 'src/index.ts', limit: 100 },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});

/** One request over a kept connection. */
function send(agent: Agent, port: number, credential: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${credential}`, 'content-type': 'application/json', 'content-length': body.length };
    const sent = request({ agent, port, host: '127.0.0.1', path: '/mcp', method: 'POST', headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    sent.once('error', reject).end(body);
  });
}

const bare = new Hono<GatewayEnv>().post('/mcp', async (c) => c.json(JSON.parse(await c.req.text())));

async function whole(keys: number): Promise<Hono<GatewayEnv>> {
  return new Hono<GatewayEnv>()
    .use(securityHeaders(), hostOrigin(createHostCheck({ names: [], plain: false })))
    .use(auth({ authenticator: await authenticator(keys), tickets: new Tickets(), ticketPaths: [] }), limits(new Usage()), jsonBody(1e7))
    .post('/mcp', (c) => c.json(c.get('body') as object));
}

/** CPU time of this process, in microseconds: other work on the machine does not count. */
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
const row = (what: string, microseconds: number) => console.log(`${what.padEnd(48)} ${microseconds.toFixed(2).padStart(8)} µs`);

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const cases = [
  { what: 'bare app that parses the body', app: bare, credential: key },
  { what: 'whole chain, API key', app: await whole(1), credential: key },
  { what: 'whole chain, API key, one of 100', app: await whole(100), credential: key },
  { what: 'whole chain, token seen before', app: await whole(1), credential: token },
];
const servers = await Promise.all(
  cases.map(async (one) => ({ ...one, rounds: [] as number[], http: await listenApp(one.app, { host: '127.0.0.1', port: 0 }) })),
);
// The cases take turns, so that all see the same machine.
for (let round = 0; round < 20; round++) {
  for (const { http, credential, rounds, what } of servers) {
    const before = cpu();
    for (let n = 0; n < 250; n++) {
      const status = await send(agent, http.port, credential);
      if (status !== 200) throw new Error(`${what}: ${status}`);
    }
    rounds.push((cpu() - before) / 250);
  }
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const base = median(servers[0]?.rounds.slice(5) ?? []);
console.log('CPU time per request, client and server together, one caller over one connection');
for (const { what, rounds, http } of servers) {
  const microseconds = median(rounds.slice(5));
  row(what, microseconds);
  if (microseconds !== base) row('  added', microseconds - base);
  await http.close();
}
agent.destroy();

function time(what: string, run: () => unknown, times = 50_000): void {
  for (let n = 0; n < times / 10; n++) run();
  const before = cpu();
  for (let n = 0; n < times; n++) run();
  row(what, (cpu() - before) / times);
}

console.log('\nThe parts');
const one = await authenticator(1);
const attempt = { headers: new Headers({ authorization: `Bearer ${key}` }), path: '/mcp', address: '127.0.0.1' };
time('authenticate, API key', () => one.authenticate(attempt));
time('SHA-256 of a key', () => digestOf(key));
time(`JSON.parse of the body, ${body.length} bytes`, () => JSON.parse(body));
time('strict parse of the body', () => parseStrict(body));
const large = JSON.stringify({ path: 'a', content: 'line with "quotes"\n'.repeat(50_000) });
time(`JSON.parse of ${(large.length / 1e6).toFixed(1)} MB`, () => JSON.parse(large), 50);
time(`strict parse of ${(large.length / 1e6).toFixed(1)} MB`, () => parseStrict(large), 50);

const { JwtVerifier } = await import('../src/auth/jwt.ts');
const options = {
  keys: keysFromPem(publicKey.export({ type: 'spki', format: 'pem' }).toString()),
  issuer: 'i',
  audiences: ['a'],
  publicUrl: undefined,
  defaultScopes: [],
  limits: per,
};
const verifier = new JwtVerifier(options);
const before = cpu();
for (let n = 0; n < 2000; n++) await verifier.verify(token, digestOf(String(n)));
row('a token seen for the first time (Ed25519)', (cpu() - before) / 2000);
