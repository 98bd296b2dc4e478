/** The server as a process that listens for HTTP. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const key = 'a-key-of-16-chars-or-more';

/** A request without its URL. */
export type FileRequest = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

/** A running server. */
export interface HttpServer extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  /** Sends a request to a file's URL, with the key. The path is encoded here, its slashes are not. */
  file(path: string, init?: FileRequest): Promise<Response>;
}

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

/** Starts it on a free port. */
export async function httpServer(workspace: string, args: readonly string[] = []): Promise<HttpServer> {
  const child = spawn(
    process.execPath,
    ['--conditions=@sandlot/source', bin, '--http', '127.0.0.1:0', '--workspace', workspace, '--caps', 'all', ...args],
    { env: { PATH: process.env['PATH'], SANDLOT_API_KEY: key }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
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
  return {
    url,
    child,
    file: (path, init = {}) =>
      fetch(`${url}/v1/file/content/${encodeURIComponent(path).replaceAll('%2F', '/')}`, {
        ...init,
        headers: { authorization: `Bearer ${key}`, ...init.headers },
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
