import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { otlpSink, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../test/sample-bin.ts', import.meta.url));
const args = ['--conditions=@sandlot/source', bin];
const info = { name: 'test', version: '1.0.0' };
const key = 'a-key-of-16-chars-or-more';

describe('stdio', () => {
  it('serves the 2026-07-28 client', async () => {
    const client = new Client(info, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StdioClientTransport({ command: process.execPath, args }));
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['sample_greet', 'sample_wait']);
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    await client.close();
  });

  it('serves the client of SDK v1', async () => {
    const client = new OldClient(info);
    await client.connect(new OldStdio({ command: process.execPath, args }));
    expect(await client.callTool({ name: 'sample_greet', arguments: { name: 'Ada' } })).toMatchObject({
      content: [{ text: 'Hello, Ada!' }],
    });
    await client.close();
  });

  it('prints help and version and refuses an unknown flag', async () => {
    expect(await output(['--version'])).toMatchObject({ code: 0, stdout: '1.2.3\n' });
    expect((await output(['--help'])).stdout).toMatch(/--greeting VALUE +First word \(default Hello; SANDLOT_SAMPLE_GREETING\)/);
    expect(await output(['--gretting', 'x'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining("'--gretting'") });
    expect(await output(['--log-level', 'loud'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--log-level "loud"') });
  });

  it('ends when stdin ends', async () => {
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('is traced without a word on stdout that is not the protocol', async () => {
    await using sink = await otlpSink();
    const client = new Client(info);
    const env = { PATH: process.env['PATH'] ?? '', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env }));
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await client.callTool({ name: 'sample_greet', arguments: { name: 'Ada' }, _meta: { traceparent } });
    await client.close();
    await sink.waitFor((spans) => spans.length >= 2);
    const [server, tool] = ['tools/call sample_greet', 'execute_tool sample_greet'].map((name) =>
      sink.spans.find((span) => span.name === name),
    );
    expect(server).toMatchObject({
      service: 'sandlot-sample',
      kind: 2,
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
    });
    expect(server?.attributes).toMatchObject({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'sample_greet',
      'network.transport': 'pipe',
    });
    expect(tool).toMatchObject({ kind: 1, traceId: server?.traceId, parentSpanId: server?.spanId });
  });
});

describe('HTTP', () => {
  it('refuses to listen without a key, and without authentication on a public address', async () => {
    expect(await output(['--http', '0'])).toMatchObject({ code: 2, stderr: expect.stringContaining('SANDLOT_API_KEY') });
    expect(await output(['--http', '0.0.0.0:0', '--no-auth'])).toMatchObject({ code: 2, stderr: expect.stringContaining('0.0.0.0') });
    expect(await output(['--http', '127.0.0.1:99999', '--no-auth'])).toMatchObject({ code: 2, stderr: expect.stringContaining('99999') });
  });

  it('serves both eras to callers with the key, and nobody else', async () => {
    await using server = await listening({ SANDLOT_API_KEY: key });
    const requestInit = { headers: { authorization: `Bearer ${key}` } };
    const client = new Client(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit }));
    expect(await client.callTool({ name: 'sample_greet', arguments: { name: 'Ada' } })).toMatchObject({
      structuredContent: { length: 11 },
    });
    const old = new OldClient(info);
    await old.connect(new OldHttp(new URL(server.url), { requestInit }));
    expect((await old.listTools()).tools).toHaveLength(2);
    await Promise.all([client.close(), old.close()]);

    for (const authorization of [undefined, 'Bearer wrong', key]) {
      const response = await fetch(server.url, {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    }
  });

  it('refuses a foreign Host and Origin on loopback', async () => {
    await using server = await listening({ SANDLOT_API_KEY: key });
    const headers = { authorization: `Bearer ${key}`, origin: 'http://evil.example' };
    expect((await fetch(server.url, { method: 'POST', body: '{}', headers })).status).toBe(403);
  });
});

async function listening(env: Record<string, string>): Promise<{ url: string } & AsyncDisposable> {
  await using folder = await temporaryFolder();
  const child = spawn(process.execPath, [...args, '--http', '0', '--workspace', folder.path], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /listens on (\S+)/.exec(text)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error(text)));
  });
  return { url, [Symbol.asyncDispose]: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}

async function output(flags: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [...args, ...flags], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
