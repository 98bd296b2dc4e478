/** Starts a command without a terminal. Its stdin is a file or empty; stdout and stderr are one real pipe, so their order is kept. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { basename } from 'node:path';
import { ToolError } from '@sandlot/core';
import type { Pipe } from './keeper.ts';
import type { Exit, Running, StartOptions } from './running.ts';

/** Options of {@link spawnPiped}. */
export interface SpawnOptions extends Omit<StartOptions, 'onData'> {
  pipe: Pipe;
  /** A descriptor to read from, or a pipe from here. */
  stdin: number | 'pipe';
}

/** A process that writes into a pipe. */
export interface Piped {
  readonly child: ChildProcess;
  /** Settles when it has ended. */
  readonly exited: Promise<Exit>;
  /** The end of the pipe to read what it writes from; for {@link follow}, or to be closed. */
  readonly readFd: number;
}

/** Options of {@link startPiped}. */
export interface PipedOptions extends StartOptions {
  pipe: Pipe;
  /** What the command reads. Default: nothing. */
  stdinFile?: string | undefined;
}

/** Starts a command in a session (setsid) of its own. */
export async function startPiped({ stdinFile, ...options }: PipedOptions): Promise<Running> {
  const stdin = openSync(stdinFile ?? '/dev/null', 'r');
  try {
    return follow(await spawnPiped({ ...options, stdin }), options.onData);
  } catch (error) {
    throw cannotStart(options, error);
  } finally {
    closeSync(stdin);
  }
}

/** Starts bash in a session of its own, with stdout and stderr in one pipe. */
export async function spawnPiped({ pipe, stdin, ...options }: SpawnOptions): Promise<Piped> {
  try {
    const child = start();
    const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    await once(child, 'spawn');
    return { child, exited, readFd: pipe.readFd };
  } catch (error) {
    closeSync(pipe.readFd);
    throw error;
  }

  function start(): ChildProcess {
    try {
      return spawn(options.shell, options.args, {
        // By the name of sh, bash would be another shell.
        argv0: basename(options.shell) === 'bash' ? options.shell : 'bash',
        cwd: options.cwd,
        env: options.env,
        detached: true,
        stdio: [stdin, pipe.writeFd, pipe.writeFd],
      });
    } finally {
      closeSync(pipe.writeFd);
    }
  }
}

// One for all that is read, which is done with before the next read: a buffer for each chunk would be garbage of many megabytes.
const buffer = Buffer.alloc(64 * 1024);

/** A process as a command. What `onData` gets is overwritten once it returns. */
export function follow({ child, exited, readFd }: Piped, onData: StartOptions['onData']): Running {
  const callback = (size: number): boolean => {
    const goOn = onData(buffer.subarray(0, size));
    if (!goOn) output.pause();
    return goOn;
  };
  const output = new Socket({ fd: readFd, readable: true, writable: false, onread: { buffer, callback } });
  output.on('error', () => output.destroy());
  const closed = new Promise<void>((resolve) => output.once('close', () => resolve()));
  output.resume();
  return {
    pid: child.pid ?? 0,
    exited,
    closed,
    resume: () => void output.resume(),
    isPaused: () => output.isPaused() && !output.closed,
    close: () => void output.destroy(),
  };
}

function cannotStart({ shell, cwd }: StartOptions, cause: unknown): ToolError {
  if (cause instanceof Error && 'code' in cause && cause.code === 'E2BIG') {
    return new ToolError('RESOURCE_EXHAUSTED', "The session's exported variables are too large for a new process.", {
      cause,
      advice: 'Begin anew: use another session, or end this one with shell_kill.',
    });
  }
  return new ToolError('UNAVAILABLE', `Cannot start "${shell}" in "${cwd}": ${String(cause)}`, { cause });
}
