/** A Chromium on a display of its own, as a supervisor would run it: with a window, a profile and a debugging port. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itWith } from '@sandlot/core/testing';
import { decideSandbox, namespaceCommand } from '../src/pages/sandbox.ts';

/** A test that needs a display: Debian's package `xvfb`. */
export const desktopIt = itWith('Xvfb');

/** A display with a browser. */
export interface Desktop extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly browserPid: number;
  /** Starts the browser again on the same port, as a supervisor does after a crash. */
  restart(): Promise<void>;
}

/** Starts Xvfb and Chromium. @throws when one of them is not installed */
export async function startDesktop(...flags: string[]): Promise<Desktop> {
  const folder = await mkdtemp(join(tmpdir(), 'sandlot-desktop-'));
  const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const display = await firstMatch(xvfb, xvfb.stdio[3], /^(\d+)\n/, 'Xvfb');
  const start = async (port: string) => {
    const { mode } = await decideSandbox(true);
    const command = [...(mode === 'user-namespace' ? namespaceCommand : []), 'chromium'];
    const browser = spawn(
      command[0] ?? '',
      [
        ...command.slice(1),
        ...(mode === 'off' ? ['--no-sandbox'] : []),
        `--user-data-dir=${folder}`,
        `--remote-debugging-port=${port}`,
        '--no-first-run',
        '--no-default-browser-check',
        '--disable-background-networking',
        '--window-size=1280,900',
        ...flags,
        'about:blank',
      ],
      { env: { ...process.env, DISPLAY: `:${display}` }, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    );
    return { browser, port: await firstMatch(browser, browser.stderr, /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//, 'chromium') };
  };
  let running = await start('0');
  return {
    endpoint: `http://127.0.0.1:${running.port}`,
    get browserPid() {
      return running.browser.pid ?? 0;
    },
    async restart() {
      running = await start(running.port);
    },
    async [Symbol.asyncDispose]() {
      await end(running.browser);
      await end(xvfb);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function firstMatch(child: ChildProcess, stream: unknown, pattern: RegExp, name: string): Promise<string> {
  if (!stream || typeof stream !== 'object' || !(Symbol.asyncIterator in stream)) throw new Error(`${name} has no output`);
  const failed = once(child, 'error').then(([error]: unknown[]) => {
    throw new Error(`${name} could not be started; install it (Debian: apt-get install xvfb chromium).`, { cause: error });
  });
  const matched = new Promise<string>((resolve, reject) => {
    let text = '';
    const readable = stream as NodeJS.ReadableStream;
    readable.on('data', (part: Buffer) => {
      text = (text + part.toString()).slice(-10_000);
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    readable.on('end', () => reject(new Error(`${name} ended: ${text.slice(-1_000)}`)));
  });
  return Promise.race([failed, matched]);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}
