/** The server alone, over HTTP, as a program and a console reach it. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createLog, createRuntime, type Runtime } from '@sandlot/core';
import { loadOptions } from '@sandlot/core/config';
import { createMcpApp, listenHttp } from '@sandlot/core/http';
import { temporaryFolder } from '@sandlot/core/testing';
import { browser } from '../src/index.ts';

const apiKey = 'browser-key-0123456789';
export const headers = { authorization: `Bearer ${apiKey}` };

/** A served browser, with an agent connected to it. */
export interface Served extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly workspace: string;
  /** For callers other than the one over HTTP. */
  readonly runtime: Runtime;
  /** Calls a tool as the agent; its text. */
  call(name: string, args?: Record<string, unknown>): Promise<string>;
}

/** Serves it. @param options options of the server */
export async function serve(options: Record<string, unknown> = {}): Promise<Served> {
  const folder = await temporaryFolder();
  const { values } = loadOptions(browser.options, { env: {}, file: options });
  const log = createLog({ name: 'browser', write: () => undefined });
  const runtime = createRuntime(browser, { workspace: folder.path, options: values, caps: ['all'], log });
  const http = await listenHttp(createMcpApp(runtime, { host: '127.0.0.1', apiKey }), { host: '127.0.0.1', port: 0 });
  const client = new Client({ name: 'agent', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${http.url}/mcp`), { requestInit: { headers } }));
  return {
    url: http.url,
    workspace: folder.path,
    runtime,
    async call(name, args = {}) {
      const { content } = await client.callTool({ name, arguments: args }, { timeout: 120_000 });
      return content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await runtime.close();
      await http.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
