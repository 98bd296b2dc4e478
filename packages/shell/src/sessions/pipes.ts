/** Starts a command without a terminal. Its stdin is a file or empty; stdout and stderr are one real pipe, so their order is kept. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { ToolError } from '@sandlot/core';
import type { Pipe } from './keeper.ts';
import type { Exit, Running, StartOptions } from './running.ts';

/** Options of {@link startPiped}. */
export interface PipedOptions extends StartOptions {
  pipe: Pipe;
  /** What the command reads. Default: nothing. */
  stdinFile?: string | undefined;
}

/** Starts a command in a session (setsid) of its own. */
export async function startPiped(options: PipedOptions): Promise<Running> {
  const { pipe } = options;
  const output = new Socket({ fd: pipe.readFd, readable: true, writable: false });
  const stdin = openSync(options.stdinFile ?? '/dev/null', 'r');
  const start = () => {
    try {
      return spawn(options.shell, options.args, {
        argv0: 'bash',
        cwd: options.cwd,
        env: options.env,
        detached: true,
        stdio: [stdin, pipe.writeFd, pipe.writeFd],
      });
    } catch (error) {
      output.destroy();
      throw cannotStart(options, error);
    } finally {
      closeSync(stdin);
      closeSync(pipe.writeFd);
    }
  };
  const child = start();
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const closed = new Promise<void>((resolve) => output.once('close', () => resolve()));
  output.on('error', () => output.destroy());
  output.on('data', (chunk: Buffer) => {
    if (!options.onData(chunk)) output.pause();
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    output.destroy();
    throw cannotStart(options, error);
  }
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
