/** Starts a command in a terminal of its own. The terminal's library is loaded with the first one. */
import { constants } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ReadStream } from 'node:tty';
import { ToolError } from '@sandlot/core';
import type { Exit, Running, StartOptions } from './running.ts';
import { Typing } from './typing.ts';

/** Options of {@link startTerminal}. */
export interface TerminalOptions extends StartOptions {
  cols: number;
  rows: number;
}

/** Starts a command in a terminal. */
export async function startTerminal(options: TerminalOptions): Promise<Running> {
  const { spawn } = await import('@lydell/node-pty').catch((cause: unknown) => {
    throw new ToolError('UNSUPPORTED', 'Terminals are not available: the optional package @lydell/node-pty is not installed.', {
      cause,
      advice: 'Call without tty, or install it.',
    });
  });
  const pty = spawn(options.shell, [...options.args], {
    name: options.env['TERM'] ?? 'xterm-256color',
    cols: options.cols,
    rows: options.rows,
    cwd: options.cwd,
    env: { ...options.env },
    encoding: null,
  });
  let paused = false;
  let bytes = 0;
  delayDestroy(
    pty,
    () => bytes,
    () => paused,
  );
  // Without an encoding the library hands out buffers, whatever its types say.
  pty.onData((data: string | Buffer) => {
    bytes += data.length;
    if (options.onData(Buffer.from(data))) return;
    paused = true;
    pty.pause();
  });
  const fd: unknown = Reflect.get(pty, 'fd');
  const typing = typeof fd === 'number' ? new Typing(fd) : undefined;
  const exited = new Promise<Exit>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      typing?.end();
      resolve(signal ? { code: null, signal: signalName(signal) } : { code: exitCode, signal: null });
    });
  });
  let open = true;
  return {
    pid: pty.pid,
    exited,
    closed: exited.then(() => undefined),
    resume: () => {
      paused = false;
      pty.resume();
    },
    // After the exit nothing more is read.
    isPaused: () => paused && open,
    close: () => {
      open = false;
      typing?.end();
      paused = false;
    },
    write: (text) => {
      if (!open) return;
      if (typing) typing.write(text);
      else pty.write(text);
    },
    untaken: () => typing?.waitingBytes ?? 0,
    resize: (cols, rows) => {
      if (open) pty.resize(cols, rows);
    },
  };
}

/**
 * The library closes the terminal 200 ms after the exit, read or not: on a busy machine the last output would be lost.
 * This lets the closing wait until nothing comes any more.
 */
function delayDestroy(pty: object, bytes: () => number, isPaused: () => boolean): void {
  const socket: unknown = Reflect.get(pty, '_socket');
  if (!(socket instanceof ReadStream)) return;
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error) => {
    const whenRead = async () => {
      for (let seen = -1; seen !== bytes() || isPaused();) {
        seen = bytes();
        await nextTurn();
        await nextTurn();
      }
      destroy(error);
    };
    void whenRead();
    return socket;
  };
}

function signalName(number: number): NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return (found?.[0] ?? 'SIGKILL') as NodeJS.Signals;
}
