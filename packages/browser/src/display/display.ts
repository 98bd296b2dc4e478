/**
 * A display of its own for a browser with a window, which people watch and use over VNC: Xvnc of TigerVNC, and a window manager that makes
 * every window as large as the display, whatever size a viewer gives it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Log, ToolError } from '@sandlot/core';
import { environment } from '@sandlot/core/config';

/** A running display. */
export interface Display extends AsyncDisposable {
  /** Its name for X clients: `:0`. */
  readonly name: string;
  /** Unix socket that speaks RFB (RFC 6143), for this user alone and without a password. */
  readonly socket: string;
}

/** It ends with this process, however this process ends. */
const tied = ['--pdeathsig', 'KILL', '--'];

const startMs = 20_000;

/**
 * Starts a display.
 *
 * @param size of the screen in pixels, `1280x720`; viewers may change it
 * @throws ToolError UNAVAILABLE when its programs are not installed, or it does not get ready within 20 s
 */
export async function startDisplay(size: string, log: Log): Promise<Display> {
  const folder = await mkdtemp(join(tmpdir(), 'sandlot-display-'));
  const socket = join(folder, 'vnc.sock');
  const server = spawn('setpriv', [...tied, 'Xvnc', ...serverFlags(size, socket)], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const windows: ChildProcess[] = [];
  const close = async () => {
    for (const child of [...windows, server]) await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const name = `:${await displayNumber(server)}`;
    const manager = spawn('setpriv', [...tied, 'matchbox-window-manager', '-use_titlebar', 'no', '-use_cursor', 'yes'], {
      env: { PATH: environment()['PATH'], HOME: folder, DISPLAY: name },
      stdio: 'ignore',
    });
    manager.once('error', (error) => log.warn('window manager', { error }));
    manager.once('exit', (code) => code === 127 && log.warn('matchbox-window-manager is not installed: windows keep their size'));
    windows.push(manager);
    log.info('display started', { display: name });
    return { name, socket, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function serverFlags(size: string, socket: string): string[] {
  const screen = ['-displayfd', '3', '-geometry', size, '-depth', '24', '-noreset', '-nolisten', 'tcp'];
  // No port: viewers come through this server, which asks for a credential.
  const way = ['-rfbport', '-1', '-rfbunixpath', socket, '-rfbunixmode', '0600', '-SecurityTypes', 'None'];
  return [...screen, ...way, '-AlwaysShared', '-AcceptSetDesktopSize'];
}

/** The number that it prints when it is ready. */
async function displayNumber(server: ChildProcess): Promise<string> {
  let said = '';
  server.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-1000)));
  const out = server.stdio[3];
  const failed = (why: string) =>
    new ToolError('UNAVAILABLE', `No display could be started: ${why}. ${said.trim()}`.trim(), {
      advice: 'Install tigervnc-standalone-server and matchbox-window-manager, or run without --display.',
    });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(failed(`nothing within ${startMs / 1000} s`)), startMs);
    server.once('error', (error) => reject(failed(error.message)));
    server.once('exit', (code, signal) => reject(failed(`Xvnc ended with ${signal ?? `exit code ${code}`}`)));
    out?.once('data', (text: Buffer) => resolve(text.toString().trim()));
    for (const event of ['error', 'exit'] as const) server.once(event, () => clearTimeout(timer));
    out?.once('data', () => clearTimeout(timer));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
  await exited;
  clearTimeout(timer);
}
