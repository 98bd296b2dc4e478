/** A gateway as its own process, a proxy in front of it as companies have them, and a real browser. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@sandlot/core/testing';
import { createProxyServer } from 'httpxy';
import { findExecutable } from '../../../packages/browser/src/pages/executable.ts';
import { standIn } from './stand-in.ts';

export const key = 'console-key-0123456789';
const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const consoleScript = fileURLToPath(new URL('../scripts/console.mjs', import.meta.url));

/** Builds the console as `npm run build` does. */
export async function buildConsole(): Promise<void> {
  await promisify(execFile)(process.execPath, [consoleScript]);
}

/** A Chromium for tests, which may run as root. */
export async function chromiumOptions() {
  return { executablePath: await findExecutable(undefined, undefined), args: ['--no-sandbox'] };
}

/** A running gateway. */
export interface Running extends AsyncDisposable {
  readonly url: string;
  readonly workspace: string;
  /** Calls a tool over REST. */
  call(tool: string, args: object): Promise<Response>;
}

/** Starts one with traces, and a program that has the flags of code-server. */
export async function startGateway(more: Record<string, string> = {}): Promise<Running> {
  const folder = await temporaryFolder();
  const workspace = join(folder.path, 'workspace');
  await standIn(join(folder.path, 'bin'));
  const env = {
    ...process.env,
    ...more,
    SANDLOT_API_KEY: key,
    HOME: folder.path,
    PATH: `${join(folder.path, 'bin')}:${process.env['PATH']}`,
  };
  const words = ['--port', '0', '--traces', '50', '--workspace', workspace, '--state-dir', join(folder.path, 'state')];
  const child = spawn(process.execPath, ['--conditions=@sandlot/source', bin, ...words], {
    env,
    cwd: folder.path,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /MCP +(http:\/\/[^/]+)\/mcp/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(said)));
  });
  return {
    url,
    workspace,
    call: (tool, args) =>
      fetch(`${url}/v1/mcp/${tool.slice(0, tool.indexOf('_'))}/tools/${tool}`, {
        method: 'POST',
        headers: { 'x-sandlot-key': key, 'content-type': 'application/json' },
        body: JSON.stringify(args),
      }),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A proxy that shows a gateway below `/box/`, and lets no `Authorization` through. */
export async function prefixProxy(target: string): Promise<AsyncDisposable & { url: string; cut: () => void }> {
  const proxy = createProxyServer({ target, xfwd: false });
  proxy.on('error', () => undefined);
  const enter = (incoming: { url?: string | undefined; headers: Record<string, string | string[] | undefined> }) => {
    if (!incoming.url?.startsWith('/box/')) return false;
    incoming.url = incoming.url.slice('/box'.length);
    delete incoming.headers['authorization'];
    incoming.headers['x-forwarded-prefix'] = '/box';
    return true;
  };
  const sockets = new Set<{ destroy: () => unknown }>();
  const server = createServer((req, res) => void (enter(req) ? proxy.web(req, res) : res.writeHead(404).end()));
  server.on('upgrade', (req, socket, head) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (enter(req) && socket instanceof Object) void proxy.ws(req, req.socket, {}, head).catch(() => undefined);
    else socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/box/`,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    async [Symbol.asyncDispose]() {
      sockets.forEach((socket) => socket.destroy());
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
