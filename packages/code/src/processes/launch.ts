/** Starts the processes of this server: tagged, limited, and ended with all that they start. */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { boundProcesses, type Environment, endTree, type ProcessBound, signalPid, type Tree } from '@sandlot/core/processes';
import { ToolError } from '@sandlot/core';

/** Limits of one process; 0 is none. */
export interface ProcessLimits {
  /** Memory that it may write to (RLIMIT_DATA), in MiB. */
  readonly memoryMb: number;
  /** Size of a file that it writes, in MiB. */
  readonly fileMb: number;
  /** Processes of it and of all that it starts. */
  readonly children: number;
}

/** What {@link launch} takes. */
export interface LaunchOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Environment;
  readonly stdio: StdioOptions;
  readonly tag: number;
  readonly limits: ProcessLimits;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A started process. */
export interface Launched {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** False once it has ended. */
  readonly isRunning: boolean;
  /** Sends a signal to its process group. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it with every process that it started. */
  end(): Promise<void>;
}

// The kernel's memory killer should choose the kernel and not the server. `ulimit -R` is the tag; see @sandlot/core/processes.
const setUp = (tag: number, { memoryMb, fileMb }: ProcessLimits, bound: ProcessBound) =>
  [
    `ulimit -R ${tag} 2>/dev/null`,
    '{ echo 300 >/proc/self/oom_score_adj; } 2>/dev/null',
    ...(bound.group ? [`{ echo $$ >'${bound.group.joinFile}'; } 2>/dev/null`] : []),
    ...bound.limits.map((limit) => `ulimit ${limit}`),
    'ulimit -c 0',
    ...(memoryMb > 0 ? [`ulimit -d ${memoryMb * 1024} 2>/dev/null`] : []),
    ...(fileMb > 0 ? [`ulimit -f ${fileMb * 1024}`] : []),
    'exec "$@"',
  ].join('; ');

/**
 * Starts a process in a session of its own.
 *
 * @throws ToolError UNAVAILABLE when it cannot be started
 */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const { tag, limits } = options;
  // Kernels have many threads, as have the libraries that they load.
  const bound = boundProcesses(tag, limits.children, Math.max(64, limits.children));
  const [file = '', ...args] = existsSync('/bin/bash')
    ? ['/bin/bash', '--norc', '--noprofile', '-c', setUp(tag, limits, bound), 'bash', ...options.command]
    : options.command;
  const child = spawn(file, args, { cwd: options.cwd, env: options.env, detached: true, stdio: options.stdio });
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  try {
    await once(child, 'spawn');
  } catch (error) {
    bound.group?.remove();
    throw new ToolError('UNAVAILABLE', `Cannot start "${options.command[0]}" in "${options.cwd}": ${String(error)}`, { cause: error });
  }
  const tree: Tree & { shellEnded: boolean } = { pid: child.pid ?? 0, tag, shellEnded: false, group: bound.group };
  void exited.then(() => {
    tree.shellEnded = true;
  });
  return {
    child,
    pid: tree.pid,
    exited,
    get isRunning() {
      return !tree.shellEnded;
    },
    signal: (signal) => {
      if (!tree.shellEnded) signalPid(-tree.pid, signal);
    },
    async end() {
      await endTree(tree, 'SIGKILL', 0);
      bound.group?.remove();
    },
  };
}
