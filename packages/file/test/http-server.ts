/** The server as a process that listens for HTTP. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { z } from 'zod';

export const key = 'a-key-of-16-chars-or-more';

/** A request without its URL. */
export type FileRequest = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

/** A running server. */
export interface HttpServer extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  /** Sends a request to a file's URL, with the key. The path is encoded here, its slashes are not. */
  file(path: string, init?: FileRequest): Promise<Response>;
  /** Calls a tool over MCP. */
  call(name: string, args: Record<string, unknown>): Promise<{ text: string; code: string | undefined }>;
}

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

/** How the process is started. */
export interface ProcessOptions {
  /** User id. Default that of the test. */
  readonly uid?: number;
  /** Most open files. Default the system's. */
  readonly openFiles?: number;
}

/** Starts it on a free port. */
export async function httpServer(workspace: string, args: readonly string[] = [], options: ProcessOptions = {}): Promise<HttpServer> {
  const { uid, openFiles = 4096 } = options;
  const command = ['--conditions=@sandlot/source', bin, '--http', '127.0.0.1:0', '--workspace', workspace, '--caps', 'all', ...args];
  const child = spawn('/bin/sh', ['-c', `ulimit -n ${openFiles}; exec "$0" "$@"`, process.execPath, ...command], {
    env: { PATH: process.env['PATH'], SANDLOT_API_KEY: key },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const exited = once(child, 'exit');
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /listens on (\S+)\/mcp/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    void exited.then(() => reject(new Error(said)));
  });
  let client: Promise<Client> | undefined;
  return {
    url,
    child,
    file: (path, init = {}) =>
      fetch(`${url}/v1/file/content/${encodeURIComponent(path).replaceAll('%2F', '/')}`, {
        ...init,
        headers: { authorization: `Bearer ${key}`, ...init.headers },
      }),
    async call(name, args) {
      client ??= connectTo(url);
      const result = await (await client).callTool({ name, arguments: args });
      const text = result.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
      return { text, code: z.object({ code: z.string() }).safeParse(result._meta?.['sandlot.dev/error']).data?.code };
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function connectTo(url: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }));
  return client;
}
