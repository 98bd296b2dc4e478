/** Each server alone, as its package starts it: spans to a collector, and nothing but the protocol on stdout. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { otlpSink, type OtlpSink, type ReceivedSpan, temporaryFolder } from '@sandlot/core/testing';
import { expect, it, vi } from 'vitest';
import { SpanTree } from './span-tree.ts';

vi.setConfig({ testTimeout: 600_000 });

const secret = 'pl4nted-s3cret-value';
const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const traceparent = `00-${parent.traceId}-${parent.spanId}-01`;

/** Calls a tool of a server that runs alone, over stdio, and ends it. @returns every line of its stdout */
async function callAlone(server: string, env: Record<string, string>, tool: string, args: object, folder: string): Promise<string[]> {
  const bin = fileURLToPath(new URL(`../../packages/${server}/src/bin.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@sandlot/source', bin, '--workspace', folder], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const params = { name: tool, arguments: args, _meta: { ...envelope, traceparent } };
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params })}\n`);
  await expect.poll(() => text, { timeout: 300_000 }).toMatch(/"id":7.*\n/);
  child.stdin.end();
  await once(child, 'close');
  return text.trimEnd().split('\n');
}

function checkProtocol(lines: readonly string[], isError = false): void {
  const messages = lines.map((line) => JSON.parse(line) as { jsonrpc: string; id?: number; result?: { isError?: boolean } });
  expect(messages.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true);
  expect(messages.find(({ id }) => id === 7)?.result?.isError ?? false, lines.join('\n')).toBe(isError);
}

/** From the client's span down. */
function pathTo(sink: OtlpSink, name: string): string[] {
  const tree = new SpanTree(sink.spans);
  const span = sink.spans.find((one) => one.name === name);
  return span ? tree.path(span).map((one) => one.name) : [];
}

it.each([
  ['file', 'file_write', { path: 'a.txt', content: secret }, 'file.write'],
  ['shell', 'shell_exec', { command: `echo ${secret}` }, 'process.exec'],
  ['markitdown', 'markitdown_convert', { uri: 'given.md' }, 'markitdown.convert'],
  ['code', 'code_execute', { language: 'javascript', code: `"${secret}"` }, 'code.cell'],
  ['browser', 'browser_navigate', { url: 'data:text/html,<p>hello</p>' }, 'browser.navigate'],
])('%s', async (server, tool, args, work) => {
  await using folder = await temporaryFolder();
  await using sink = await otlpSink();
  await writeFile(join(folder.path, 'given.md'), '# given\n');
  checkProtocol(await callAlone(server, { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url }, tool, args, folder.path));
  expect(pathTo(sink, work)).toEqual([`tools/call ${tool}`, `execute_tool ${tool}`, work]);
  const [root] = sink.spans.filter(({ name }) => name === `tools/call ${tool}`);
  expect(root).toMatchObject({
    traceId: parent.traceId,
    parentSpanId: parent.spanId,
    kind: 2,
    service: `sandlot-${server}`,
    attributes: { 'network.transport': 'pipe', 'jsonrpc.request.id': '7', 'gen_ai.operation.name': 'execute_tool' },
  });
  expect(new Set(sink.spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(sink.metrics).toContain('mcp.server.operation.duration');
  expect(sink.received.join('')).not.toContain(secret);
});

it('the browser shows what a page loaded below the action, without queries', async () => {
  await using folder = await temporaryFolder();
  await using sink = await otlpSink();
  await using site = await startSite();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
  checkProtocol(await callAlone('browser', env, 'browser_navigate', { url: `${site.url}/page?key=${secret}` }, folder.path));
  const tree = new SpanTree(sink.spans);
  const [document, ...others] = sink.spans.filter(({ name }) => name === 'browser.navigation');
  expect(others).toEqual([]);
  expect(document).toMatchObject({
    kind: 3,
    attributes: { 'http.request.method': 'GET', 'http.response.status_code': 200, 'server.address': '127.0.0.1', 'url.path': '/page' },
  });
  expect(document && tree.parent(document)?.name).toBe('browser.navigate');
  const requests = document ? tree.children(document) : [];
  const found = (path: string): ReceivedSpan | undefined => requests.find(({ attributes }) => attributes['url.path'] === path);
  expect(found('/there.css')).toMatchObject({ name: 'browser.request', attributes: { 'http.response.status_code': 200 } });
  expect(found('/missing.js')).toMatchObject({ attributes: { 'http.response.status_code': 404, 'sandlot.browser.resource': 'script' } });
  // A page may ask for as much as it wants: only the first are shown.
  expect(sink.spans.filter(({ name }) => name === 'browser.request').length).toBeLessThan(50);
  expect(site.asked()).toBeGreaterThan(60);
  expect(sink.received.join('')).not.toContain(secret);
});

it('arguments and results are on spans when asked for: without secrets, and cut', async () => {
  await using folder = await temporaryFolder();
  await using sink = await otlpSink();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
    SANDLOT_TRACE_REDACT: 'cwd, other',
  };
  const command = `echo hello; PASSWORD=${secret} true; : Bearer ${secret} https://user:${secret}@host/ '{"api_key": "${secret}"}'`;
  const long = `: ${'x'.repeat(20_000)}`;
  checkProtocol(await callAlone('shell', env, 'shell_exec', { command, cwd: folder.path, env: { API_TOKEN: secret } }, folder.path));
  checkProtocol(await callAlone('shell', env, 'shell_exec', { command: long }, folder.path));
  const [first, second] = sink.spans.filter(({ name }) => name === 'execute_tool shell_exec').map(({ attributes }) => attributes);
  const given = String(first?.['gen_ai.tool.call.arguments']);
  expect(given).toContain('echo hello');
  expect(given).toContain('"cwd":"[redacted]"');
  expect(String(first?.['gen_ai.tool.call.result'])).toContain('"exit_code":0');
  expect(String(second?.['gen_ai.tool.call.arguments']).length).toBe(4096);
  expect(sink.received.join('')).not.toContain(secret);
});

it.each([
  ['always_off', undefined, []],
  ['traceidratio', '0', []],
  ['parentbased_always_off', undefined, ['execute_tool file_read', 'file.read', 'tools/call file_read']],
] as const)('the sampler %s is taken from the environment', async (sampler, argument, names) => {
  await using folder = await temporaryFolder();
  await using sink = await otlpSink();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_TRACES_SAMPLER: sampler,
    ...(argument && { OTEL_TRACES_SAMPLER_ARG: argument }),
  };
  await writeFile(join(folder.path, 'a.txt'), 'x');
  checkProtocol(await callAlone('file', env, 'file_read', { path: 'a.txt' }, folder.path));
  expect(sink.spans.map(({ name }) => name).toSorted()).toEqual(names);
});

it('limits of spans are taken from the environment', async () => {
  await using folder = await temporaryFolder();
  await using sink = await otlpSink();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '6',
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '2',
  };
  checkProtocol(await callAlone('file', env, 'file_read', { path: 'a-long-name-of-a-file.txt' }, folder.path), true);
  const [span] = sink.spans.filter(({ name }) => name === 'file.read');
  expect(span).toMatchObject({ status: 2, attributes: { 'file.path': 'a-long' } });
  expect(sink.spans.every(({ attributes }) => Object.keys(attributes).length <= 2)).toBe(true);
});

async function startSite(): Promise<{ url: string; asked: () => number } & AsyncDisposable> {
  let asked = 0;
  const images = Array.from({ length: 70 }, (_, n) => `<img src="/image-${n}.png?key=${secret}">`).join('');
  const page = `<link rel="stylesheet" href="/there.css?key=${secret}"><script src="/missing.js"></script><p>hello</p>${images}`;
  const server = createServer((request, response) => {
    asked++;
    const [path] = (request.url ?? '').split('?');
    if (path === '/page') return void response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    if (path === '/there.css') return void response.writeHead(200, { 'content-type': 'text/css' }).end('p { color: red }');
    return void response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
