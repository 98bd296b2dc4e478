import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Hono } from 'hono';
import { describe, expect, it, vi } from 'vitest';
import { createGatewayApp } from '../src/gateway.ts';
import { listenApp } from '../src/listen.ts';
import type { GatewayEnv } from '../src/middleware/auth.ts';
import { ownServers } from '../src/servers.ts';
import { newClient, oldClient } from './clients.ts';
import { keyEntry, realGateway } from './real-gateway.ts';
import { key } from './sample-gateway.ts';
import { walk } from './walk.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 300_000 });

const names = ownServers.map(({ server }) => server.name);
const everyGroup = Object.fromEntries(names.map((name) => [name, { caps: ['all'] }]));
const bare = 'sk-bare-0123456789abcdef';
const metadata = '/.well-known/oauth-protected-resource';
const open = new Set(['/', '/console/:name{[A-Za-z0-9_-]+\\.[A-Za-z0-9.]+}', '/healthz', '/readyz', metadata, `${metadata}/*`]);

/** The whole gateway with everything that is optional switched on, and its app. */
async function wholeGateway() {
  const publicKey = String(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
  const auth = {
    keys: [keyEntry('bare', bare, [])],
    jwt: { issuer: 'https://issuer.example', publicKey },
    oauth: { publicUrl: 'https://sandbox.example', authorizationServers: ['https://issuer.example'] },
    limits: { failuresPerMinute: 0 },
  };
  const real = await realGateway(names, { auth }, everyGroup);
  const values = real.options({});
  const { app, shortWay, close } = await createGatewayApp(real.gateway, values);
  const http = await listenApp(app, values, shortWay);
  return {
    app,
    url: http.url,
    values,
    started: () => real.gateway.registry.list().filter((upstream) => upstream.health().state !== 'stopped'),
    async [Symbol.asyncDispose]() {
      await close();
      await http.close();
      await real[Symbol.asyncDispose]();
    },
  };
}

describe('the walk over every route and WebSocket', () => {
  it('finds nothing but health and OAuth metadata that answers without a credential', async () => {
    await using gateway = await wholeGateway();
    for (const secret of [undefined, 'wrong-0123456789abcdef']) {
      const steps = await walk(gateway.app, gateway.url, secret, { server: 'shell', tool: 'shell_list' });
      expect(new Set(steps.map(({ route }) => route)).size).toBeGreaterThan(15);
      expect(steps.filter(({ method, route }) => method === 'WebSocket' && route === '/terminal')).toHaveLength(1);
      const answered = steps.filter(({ status }) => status !== 401);
      expect(answered.filter(({ route }) => !open.has(route))).toEqual([]);
      const good = answered.filter(({ status, method }) => status === 200 && method === 'GET').map(({ route }) => route);
      expect(new Set(good.filter((route) => route !== '/'))).toEqual(new Set(['/healthz', '/readyz', metadata]));
      expect(steps.filter(({ status }) => status === 101)).toEqual([]);
    }
    expect(gateway.started()).toEqual([]);
  });

  it('finds a route that was put before the policy', async () => {
    await using gateway = await wholeGateway();
    const leaky = new Hono<GatewayEnv>().get('/new-route/:id', (c) => c.text('forgotten')).route('/', gateway.app);
    const http = await listenApp(leaky, gateway.values);
    const answered = (await walk(leaky, http.url, undefined)).filter(({ status, route }) => status !== 401 && !open.has(route));
    expect(answered.map(({ method, route }) => `${method} ${route}`)).toEqual([
      'GET /new-route/:id',
      'HEAD /new-route/:id',
      'WebSocket /new-route/:id',
    ]);
    await http.close();
  });

  it('finds that a credential without scopes reaches nothing, and sees nothing', async () => {
    await using gateway = await wholeGateway();
    const steps = await walk(gateway.app, gateway.url, bare, { server: 'shell', tool: 'shell_list', id: 'shell' });
    const answered = steps.filter(({ status, route }) => status < 400 && !open.has(route));
    // Lists, which are empty, and the end of a session that there is not.
    const lists = ['/v1/mcp/servers', '/v1/openapi.json', '/v1/sandbox', '/v1/calls', '/v1/ui'];
    const harmless = [
      ...lists.flatMap((route) => [`GET ${route}`, `HEAD ${route}`, `WebSocket ${route}`]),
      'DELETE /mcp',
      'DELETE /mcp/:server',
    ];
    expect(answered.map(({ method, route }) => `${method} ${route}`).filter((line) => !harmless.includes(line))).toEqual([]);
    expect(answered.map(({ method, route }) => `${method} ${route}`)).toEqual(expect.arrayContaining(lists.map((route) => `GET ${route}`)));
    for (const { body, route } of answered.filter(({ body: text }) => text !== '')) {
      if (route === '/v1/openapi.json') expect(body).toMatch(/"tags":\[\],"paths":\{\},/);
      else for (const name of names) expect(body).not.toContain(name);
    }
    const refused = (route: string, method: string) => steps.find((step) => step.route === route && step.method === method);
    expect(refused('/terminal', 'WebSocket')).toMatchObject({ status: 403, challenge: expect.stringContaining('scope="shell:exec"') });
    expect(refused('/v1/mcp/:server/tools/:tool', 'POST')).toMatchObject({
      status: 403,
      challenge: expect.stringMatching(
        /error="insufficient_scope".*scope="shell:read", resource_metadata="https:\/\/sandbox\.example\/\.well-known\/oauth-protected-resource"/,
      ),
    });
    expect(gateway.started()).toEqual([]);
  });
});

describe('resources', () => {
  it('are refused with the scope that they need, and left out of lists', async () => {
    await using gateway = await realGateway(['file'], { auth: { keys: [keyEntry('bare', bare, ['file:write'])] } });
    const uri = pathToFileURL(join(gateway.gateway.workspace, 'a.txt')).href;
    const headers = { accept: 'application/json, text/event-stream' };
    for (const [method, params] of [
      ['resources/read', { uri }],
      ['resources/subscribe', { uri }],
      ['completion/complete', { ref: { type: 'ref/resource', uri }, argument: { name: 'path', value: '' } }],
    ] as const) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const response = await gateway.request('/mcp', { method: 'POST', as: bare, headers, body });
      expect([response.status, response.headers.get('www-authenticate')], method).toEqual([
        403,
        expect.stringContaining('error="insufficient_scope"'),
      ]);
      expect(response.headers.get('www-authenticate')).toContain('scope="file:read"');
    }
    const client = await newClient(`${gateway.url}/mcp`, bare);
    expect((await client.listResources()).resources).toEqual([]);
    await client.close();
    expect(gateway.gateway.registry.get('file')?.health().state).toBe('stopped');
  });
});

/** The view of all tools, minor ones too. */
const everyTool = ({ url }: { url: string }) => `${url}/mcp?tools=*`;

describe('the walk over every tool', () => {
  it('finds none that is listed or runs without its scope, on MCP in both eras and on REST', async () => {
    const tools = ownServers.flatMap(({ server }) => server.tools.map(({ name, scope }) => ({ server: server.name, name, scope })));
    const scopes = [...new Set(tools.map(({ scope }) => scope))];
    expect(tools.length).toBeGreaterThan(50);
    const secretOf = (scope: string) => `sk-without-${scope}-0123456789`;
    const keys = scopes.map((scope, at) =>
      keyEntry(`k${at}`, secretOf(scope), [...scopes.filter((one) => one !== scope), 'other:*', '*:other']),
    );
    await using gateway = await realGateway(names, { auth: { keys } }, everyGroup);
    for (const scope of scopes) {
      const secret = secretOf(scope);
      const hidden = tools.filter((tool) => tool.scope === scope);
      const [modern, legacy] = [await newClient(everyTool(gateway), secret), await oldClient(everyTool(gateway), secret)];
      const shown = tools.filter((tool) => tool.scope !== scope).map(({ name }) => name);
      for (const client of [modern, legacy]) {
        expect((await client.listTools()).tools.map(({ name }) => name).toSorted()).toEqual(shown.toSorted());
      }
      const document = await (await gateway.request('/v1/openapi.json', { as: secret })).text();
      for (const { server, name } of hidden) {
        expect(document).not.toContain(`"${name}"`);
        for (const client of [modern, legacy]) await expect(client.callTool({ name, arguments: {} }), name).rejects.toThrow(/403|scope/);
        for (const [path, body] of [
          [`/v1/mcp/${server}/tools/${name}`, {}],
          ['/mcp?tools=*', { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name, arguments: {} } }],
          [`/mcp/${server}`, [{ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name, arguments: {} } }]],
        ] as const) {
          const headers = { accept: 'application/json, text/event-stream' };
          const response = await gateway.request(path, { method: 'POST', as: secret, headers, body: JSON.stringify(body) });
          expect([response.status, response.headers.get('www-authenticate')], `${path} ${name}`).toEqual([
            403,
            expect.stringMatching(
              new RegExp(`^Bearer realm="sandlot", error="insufficient_scope", error_description="[^"]+", scope="${scope}"$`),
            ),
          ]);
          if (path === '/mcp?tools=*')
            expect(await response.json()).toMatchObject({ id: 7, error: { data: { code: 'PERMISSION_DENIED' } } });
        }
      }
      await modern.close();
      await legacy.close();
    }
    expect(gateway.gateway.registry.list().filter((upstream) => upstream.health().state !== 'stopped')).toEqual([]);
    const folder = join(gateway.folder, 'state', 'audit', '1');
    const log = await readFile(join(folder, (await readdir(folder)).find((name) => name.endsWith('.jsonl')) ?? ''), 'utf8');
    expect(log.match(/"decision":"deny"/g)).toHaveLength(tools.length * 5);
    expect(log).not.toContain('"decision":"allow"');
    const all = await newClient(everyTool(gateway), key);
    expect((await all.listTools()).tools).toHaveLength(tools.length);
    await all.close();
  });
});
