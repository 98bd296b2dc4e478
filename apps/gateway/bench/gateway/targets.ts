/** What is measured: a direct connection, the floor of a relay without policy, Sandlot with everything on, and the gateways that install from npm. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../test/free-port.ts';
import { type Caller, openSse, openStreamable } from './callers.ts';

/** One of them, running. */
export interface Target {
  readonly name: string;
  readonly pid: number;
  /** From `spawn` to the answer to the first call, in milliseconds. */
  readonly startMs: number;
  open(): Promise<Caller>;
  stop(): Promise<void>;
}

interface Plan {
  readonly name: string;
  readonly args: (port: number) => readonly string[];
  readonly open: (port: number) => Promise<Caller>;
  readonly env?: NodeJS.ProcessEnv;
}

const versions = { 'mcp-hub': '4.2.1', 'mcp-proxy': '6.7.19', supergateway: '4.0.0' };
const helloSource = fileURLToPath(new URL('hello-server.ts', import.meta.url));
const bareRelay = fileURLToPath(new URL('bare-relay.ts', import.meta.url));
const bin = fileURLToPath(new URL('../../dist/bundle/bin.js', import.meta.url));
const key = 'bench-key-0123456789';

/** Installs the peers at fixed versions. */
function installPeers(folder: string): (name: keyof typeof versions) => string {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'node_modules', 'supergateway'))) {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: versions }));
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
  }
  return (name) => join(folder, 'node_modules', '.bin', name);
}

/** Every target. @param folder for installed peers, the server and state */
export function plans(folder: string): Plan[] {
  const peer = installPeers(join(folder, 'peers'));
  const config = join(folder, 'servers.json');
  // As servers are installed: plain JavaScript, which Node need not translate at each start.
  const hello = join(folder, 'hello.mjs');
  writeFileSync(hello, stripTypeScriptTypes(readFileSync(helloSource, 'utf8')));
  const server = { command: process.execPath, args: [hello] };
  writeFileSync(config, JSON.stringify({ mcpServers: { hello: server } }));
  const url = (port: number) => `http://127.0.0.1:${port}/mcp`;
  const bearer = { authorization: `Bearer ${key}` };
  const ours = (era: '2025-11-25' | '2026-07-28'): Plan => ({
    name: `sandlot ${era}`,
    args: (port) => [
      bin,
      '--port',
      String(port),
      '--config',
      config,
      '--workspace',
      join(folder, `ws-${era}`),
      '--state-dir',
      join(folder, `state-${era}`),
    ],
    // Limits are on, and far away.
    env: { SANDLOT_API_KEY: key, SANDLOT_RATE_PER_SECOND: '1000000', SANDLOT_RATE_BURST: '1000000' },
    open: (port) => openStreamable({ url: url(port), headers: bearer, tool: 'hello__hello', era }),
  });
  const streamable = (name: string, era: '2025-11-25' | '2026-07-28', args: Plan['args']): Plan => ({
    name: `${name} ${era}`,
    args,
    open: (port) => openStreamable({ url: url(port), tool: 'hello', era }),
  });
  const proxy = (port: number) => [peer('mcp-proxy'), '--host', '127.0.0.1', '--port', String(port), '--', server.command, hello];
  const shellWords = `${server.command} ${hello}`;
  return [
    {
      name: 'direct',
      args: (port) => [hello, String(port)],
      open: (port) => openStreamable({ url: url(port), tool: 'hello', era: '2026-07-28' }),
    },
    {
      name: 'bare relay',
      args: (port) => [bareRelay, String(port), hello],
      open: (port) => openStreamable({ url: url(port), tool: 'hello', era: '2026-07-28' }),
    },
    ours('2026-07-28'),
    ours('2025-11-25'),
    {
      name: 'mcp-hub HTTP+SSE',
      args: (port) => [peer('mcp-hub'), '--port', String(port), '--config', config],
      open: (port) => openSse({ url: url(port), tool: 'hello__hello', era: '2025-11-25' }),
    },
    streamable('mcp-proxy', '2026-07-28', proxy),
    streamable('mcp-proxy', '2025-11-25', proxy),
    streamable('supergateway', '2025-11-25', (port) => [
      peer('supergateway'),
      '--stdio',
      shellWords,
      '--outputTransport',
      'streamableHttp',
      '--stateful',
      '--logLevel',
      'none',
      '--port',
      String(port),
    ]),
  ];
}

/** Starts one and waits for its first answer. @throws after 20 seconds */
export async function start({ name, args, open, env }: Plan): Promise<Target> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, args(port), { env: { PATH: process.env['PATH'], ...env }, stdio: 'ignore' });
  if (child.pid === undefined) throw new Error(`${name} does not start`);
  const caller = await firstAnswer(child, name, () => open(port));
  const startMs = performance.now() - startedAt;
  caller.close();
  return { name, pid: child.pid, startMs, open: () => open(port), stop: () => stop(child) };
}

async function firstAnswer(child: ChildProcess, name: string, open: () => Promise<Caller>): Promise<Caller> {
  const last = performance.now() + 20_000;
  for (;;) {
    try {
      const caller = await open();
      await caller.call();
      return caller;
    } catch (error) {
      if (performance.now() > last || child.exitCode !== null) throw new Error(`${name} gives no answer`, { cause: error });
      await delay(5);
    }
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(timer);
}
