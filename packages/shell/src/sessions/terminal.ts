/** Starts a command in a terminal of its own. The terminal's library is loaded with the first one. */
import { constants } from 'node:os';
import { ToolError } from '@sandlot/core';
import type { Exit, Running, StartOptions } from './running.ts';

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
  // Without an encoding the library hands out buffers, whatever its types say.
  pty.onData((data: string | Buffer) => {
    if (options.onData(Buffer.from(data))) return;
    paused = true;
    pty.pause();
  });
  const exited = new Promise<Exit>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
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
    },
    write: (text) => {
      if (open) pty.write(text);
    },
    resize: (cols, rows) => {
      if (open) pty.resize(cols, rows);
    },
  };
}

function signalName(number: number): NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return (found?.[0] ?? 'SIGKILL') as NodeJS.Signals;
}
