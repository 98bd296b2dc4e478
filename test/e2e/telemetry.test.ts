import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { metricDefinitions, metricNames, prometheusName, spanDefinitions } from '@sandlot/core/telemetry';
import { kill, otlpSink, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../../apps/gateway/demo/gateway-process.ts';

const sampleBin = fileURLToPath(new URL('../../packages/core/test/sample-bin.ts', import.meta.url));
/** Set only where the kernel gives them to the container. */
const ofTheHost = [
  'container.cpu.time',
  'container.memory.usage',
  'sandlot.memory.limit',
  'container.disk.io',
  'sandlot.oom_kills',
  'sandlot.pressure.time',
];
const secret = 'pl4nted s3cret/with+signs=&ü';
const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

it('every span and metric of the reference is produced, nothing else is, and no secret is in any of it', async () => {
  await using folder = await temporaryFolder();
  await using sink = await otlpSink();
  await using site = await startSite();
  const config = join(folder.path, 'sandlot.json');
  const added = { command: process.execPath, args: ['--conditions=@sandlot/source', sampleBin] };
  await writeFile(config, JSON.stringify({ mcpServers: { added } }));
  let text: string;
  let said: string;
  let kept: string;
  let planted: readonly string[];
  {
    await using gateway = await startGatewayProcess({
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      SANDLOT_CONFIG: config,
      SANDLOT_STATE_DIR: join(folder.path, 'state'),
      SANDLOT_AUDIT_HASH_KEY: secret,
      SANDLOT_LOG_LEVEL: 'debug',
      SANDLOT_TRACES: '100',
    });
    planted = [secret, gateway.key];
    const [plain, base64, url] = [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)];
    const rest = (tool: string, args: object) => call(gateway, tool, args);
    expect(await rest('file_write', { path: 'a.md', content: `# a\n${plain} ${base64} ${gateway.key}` })).toBe(200);
    expect(await rest('shell_exec', { command: `echo '${base64}' '${plain}' ${gateway.key}` })).toBe(200);
    expect(await rest('markitdown_convert', { uri: 'a.md' })).toBe(200);
    expect(await rest('code_execute', { language: 'javascript', code: `throw new Error(${JSON.stringify(plain + url)})` })).toBe(200);
    expect(await rest('browser_navigate', { url: `${site.url}/page?key=${url}&token=${gateway.key}` })).toBe(200);
    await rest('browser_navigate', { url: 'http://10.1.2.3/' });
    await rest('browser_navigate', { url: 'http://127.0.0.1:1/' });
    expect(await rest('browser_tabs', { action: 'new' })).toBe(200);
    expect(await rest('browser_tabs', { action: 'close' })).toBe(200);
    await rest('file_read', { path: 'missing.md', limit: plain });
    for (const [method, params] of [
      ['tools/list', {}],
      ['tools/call', { name: 'file_read', arguments: { path: 'a.md' } }],
      ['tools/call', { name: 'added__sample_greet', arguments: { name: plain } }],
      ['tools/call', { name: plain, arguments: {} }],
      ['prompts/get', { name: plain }],
      ['completion/complete', { ref: { type: 'ref/resource', uri: `added://${url}` }, argument: { name: 'x', value: plain } }],
      [`odd/${url}`, {}],
    ] as const)
      await mcp(gateway, '/mcp', method, params);
    await mcp(gateway, '/mcp/added', `odd/${url}`, {});
    await rest('shell_exec', { command: 'true' });
    const pids = await pidsOf(gateway);
    expect(pids).toMatchObject({ browser: expect.any(Number), shell: expect.any(Number) });
    killRenderer(pids['browser'] ?? 0);
    await expect.poll(() => metrics(gateway), { timeout: 60_000 }).toMatch(/^sandlot_browser_crashes_total \d/m);
    kill(pids['shell']);
    await expect.poll(() => metrics(gateway), { timeout: 60_000 }).toContain('reason="SIGKILL"');
    text = await metrics(gateway);
    kept = JSON.stringify(await tracesOf(gateway));
    ({ said } = { said: gateway.said() });
  }

  const names = [...new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name))];
  const known = metricNames.map(prometheusName);
  expect(names.filter((name) => !known.some((one) => one === name))).toEqual([]);
  const missing = metricNames.filter((name) => !names.includes(prometheusName(name)));
  expect(missing.filter((name) => !ofTheHost.includes(name))).toEqual([]);
  expect([...new Set(sink.metrics)].filter((name) => !(name in metricDefinitions))).toEqual([]);

  const kinds = ['', 'INTERNAL', 'SERVER', 'CLIENT'];
  const rows = spanDefinitions.map((row) => ({ row, pattern: patternOf(row.name), seen: 0 }));
  const strangers = sink.spans.filter(({ name, kind, attributes }) => {
    const found = rows.filter(({ row, pattern }) => row.kind === kinds[kind] && pattern.test(name));
    for (const one of found) one.seen++;
    const allowed = new Set(found.flatMap(({ row }) => row.attributes));
    return found.length === 0 || !Object.keys(attributes).every((attribute) => allowed.has(attribute));
  });
  expect(strangers.map(({ name, kind, attributes }) => ({ name, kind: kinds[kind], attributes }))).toEqual([]);
  expect(rows.filter(({ seen }) => seen === 0).map(({ row }) => `${row.kind} ${row.name}`)).toEqual([]);

  const audit = filesBelow(join(folder.path, 'state', 'audit')).map((path) => readFileSync(path, 'utf8'));
  expect(audit.join('')).toContain('shell_exec');
  for (const [where, written] of Object.entries({ spans: sink.received.join(''), metrics: text, log: said, audit: audit.join(''), kept }))
    for (const value of planted)
      for (const form of [
        value,
        JSON.stringify(value).slice(1, -1),
        Buffer.from(value).toString('base64').replace(/=+$/, ''),
        encodeURIComponent(value),
      ])
        expect(written.includes(form), `${form} is in ${where}: …${around(written, form)}…`).toBe(false);
}, 600_000);

function around(text: string, form: string): string {
  const at = text.indexOf(form);
  return at < 0 ? '' : text.slice(Math.max(0, at - 200), at + 200);
}

/** `file.{operation}` as a regular expression. */
function patternOf(name: string): RegExp {
  return new RegExp(`^${name.replaceAll('.', String.raw`\.`).replaceAll(/\{[^}]*\}/g, '[^ ]+')}$`);
}

async function call({ url, key }: GatewayProcess, tool: string, args: object): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const path = `/v1/mcp/${tool.slice(0, tool.indexOf('_'))}/tools/${tool}`;
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(args) });
  await response.text();
  return response.status;
}

async function mcp({ url, key }: GatewayProcess, path: string, method: string, params: object): Promise<void> {
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...('name' in params && { 'mcp-name': encodeURIComponent(String(params.name)) }),
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: envelope } });
  await (await fetch(`${url}${path}`, { method: 'POST', headers, body })).text();
}

async function get({ url, key }: GatewayProcess, path: string): Promise<Response> {
  return fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
}

async function metrics(gateway: GatewayProcess): Promise<string> {
  return (await get(gateway, '/metrics')).text();
}

async function tracesOf(gateway: GatewayProcess): Promise<unknown[]> {
  const { data } = (await (await get(gateway, '/v1/traces')).json()) as { data: { trace_id: string }[] };
  return Promise.all(data.map(async ({ trace_id: id }) => (await get(gateway, `/v1/traces/${id}`)).json()));
}

async function pidsOf(gateway: GatewayProcess): Promise<Record<string, number>> {
  const { data } = (await (await get(gateway, '/v1/mcp/servers?details=true')).json()) as { data: { id: string; pid?: number }[] };
  return Object.fromEntries(data.flatMap(({ id, pid }) => (pid === undefined ? [] : [[id, pid]])));
}

/** Ends the renderers below a process, as the kernel does for want of memory. */
function killRenderer(root: number): void {
  const facts = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        return [{ pid: Number(pid), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]), command }];
      } catch {
        return [];
      }
    });
  const below = new Set([root]);
  for (let before = 0; before < below.size;) {
    before = below.size;
    for (const { pid, parent } of facts) if (below.has(parent)) below.add(pid);
  }
  for (const { pid, command } of facts) if (below.has(pid) && command.includes('--type=renderer')) kill(pid);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

async function startSite(): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello</p><img src="/image.png">'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
