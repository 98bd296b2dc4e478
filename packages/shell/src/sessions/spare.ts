/**
 * A process that has joined a cgroup and waits for the command that it becomes. Joining takes the kernel some 10 ms, because it waits for
 * every processor; that is longer than a short command runs.
 */
import { closeSync, writeFileSync } from 'node:fs';
import type { PidsGroup } from '@sandlot/core/processes';
import { quote } from './boot.ts';
import type { Environment } from './environment.ts';
import { follow, type Piped } from './pipes.ts';
import type { Exit, Running, StartOptions } from './running.ts';

/** What a spare is made of. */
export interface SpareParts {
  /** Reads one line and then the task file. */
  piped: Piped;
  tag: number;
  group: PidsGroup;
  /** Path of bash. */
  shell: string;
  /** Where it looks for what it becomes. */
  taskFile: string;
}

/** What a spare is to become. */
export interface Task extends Omit<StartOptions, 'shell'> {
  /** What the command reads. Default: nothing. */
  stdinFile?: string | undefined;
}

/** A command gets exactly its own variables by this program. */
export const envPath = '/usr/bin/env';

const mostBytes = 64 * 1024;

/** True for variables with which a process can be started for sure. */
export function isSmall(variables: Environment): boolean {
  return Object.entries(variables).reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0) <= mostBytes;
}

/** A process that waits. Disposing ends it, unless it has become a command. */
export class Spare implements Disposable {
  readonly tag: number;
  readonly group: PidsGroup;
  /** Settles when it has ended. */
  readonly exited: Promise<Exit>;
  readonly #parts: SpareParts;
  #used = false;

  constructor(parts: SpareParts) {
    this.#parts = parts;
    this.tag = parts.tag;
    this.group = parts.group;
    this.exited = parts.piped.exited;
    parts.piped.child.stdin?.on('error', () => undefined);
  }

  get pid(): number {
    return this.#parts.piped.child.pid ?? 0;
  }

  /** Becomes a command: the same process, by exec. The task file is the caller's to remove. */
  become({ args, cwd, env, stdinFile, onData }: Task): Running {
    const { piped, shell, taskFile } = this.#parts;
    const variables = Object.entries(env).map(([name, value]) => quote(`${name}=${value}`));
    const words = [envPath, '-i', ...variables, quote(shell), ...args.map(quote)];
    writeFileSync(taskFile, `cd -P -- ${quote(cwd)} && exec ${words.join(' ')} <${quote(stdinFile ?? '/dev/null')}\n`, { mode: 0o600 });
    this.#used = true;
    piped.child.stdin?.end('\n');
    return follow(piped, onData);
  }

  [Symbol.dispose](): void {
    if (this.#used) return;
    const { child, readFd } = this.#parts.piped;
    child.kill('SIGKILL');
    closeSync(readFd);
    void this.exited.then(() => this.group.remove());
  }
}
