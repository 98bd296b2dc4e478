/** The command as a process of its own, in a folder with a configuration file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const wait = { timeout: 120_000, interval: 50 };

/** A running gateway. */
export interface GatewayProcess extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it wrote to stderr. */
  said(): string;
  /** Its resident memory, in bytes. */
  residentBytes(): number;
}

/** What else a test may set. */
export interface ProcessOptions {
  /** Arguments of Node.js. */
  readonly node?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts one on a free port, with `sandlot.json` in the folder. */
export async function gatewayProcess(folder: string, config: object, options: ProcessOptions = {}): Promise<GatewayProcess> {
  const { node = [], args = [], env = {} } = options;
  const file = { port: 0, workspace: join(folder, 'ws'), stateDir: join(folder, 'state'), ...config };
  await writeFile(join(folder, 'sandlot.json'), JSON.stringify(file));
  const child = spawn(process.execPath, [...node, '--conditions=@sandlot/source', bin, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  await expect.poll(() => isOver() || /MCP +\S+\/mcp/.test(text), wait).toBe(true);
  const url = /MCP +(\S+)\/mcp/.exec(text)?.[1];
  if (url === undefined) throw new Error(`The gateway did not start: ${text}`);
  const pid = child.pid ?? 0;
  return {
    url,
    child,
    pid,
    said: () => text,
    residentBytes: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      if (!isOver()) await once(child, 'exit');
    },
  };
}
