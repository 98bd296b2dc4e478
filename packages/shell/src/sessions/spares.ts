/** Keeps processes ready that have joined a cgroup, for the commands to come. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { boundProcesses, isAlive } from '@sandlot/core/processes';
import type { Environment } from './environment.ts';
import { quote } from './boot.ts';
import type { Keeper } from './keeper.ts';
import { spawnPiped } from './pipes.ts';
import { envPath, isSmall, Spare } from './spare.ts';

/** Options of {@link Spares}. */
export interface SparesOptions {
  keeper: Keeper;
  /** Path of bash. */
  shell: string;
  /** Most processes of one command; 0 is no limit. */
  children: number;
}

const most = 2;
/** An answer is written within this time. */
const answerMs = 3;
const longMs = 100;

/** The spares of one server; none where commands have no cgroup. */
export class Spares implements AsyncDisposable {
  readonly #options: SparesOptions;
  readonly #spares = new Set<Spare>();
  #filling: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: SparesOptions) {
    this.#options = options;
  }

  /** Takes one for a command with these variables; undefined when there is none, or they are too large for it. */
  take(variables: Environment): Spare | undefined {
    if (!isSmall(variables)) return undefined;
    // One that has just been ended may not be known to be.
    const spare = [...this.#spares].find(({ pid }) => isAlive(pid));
    if (spare) this.#spares.delete(spare);
    return spare;
  }

  /** Sees to it that there are enough once a command has answered, or goes on for long: to start a process takes the server's own time. */
  fillAfter(finished: Promise<void>): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(), longMs);
    void finished.then(() => setTimeout(() => this.#begin(), answerMs));
  }

  #begin(): void {
    if (this.#ended) return;
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
    });
  }

  async #fill(): Promise<void> {
    const { shell } = this.#options;
    // By another name bash may be another shell, and `env` takes what holds "=" for a variable.
    if (basename(shell) !== 'bash' || shell.includes('=') || !existsSync(envPath)) return;
    while (!this.#ended && this.#spares.size < most) {
      const spare = await this.#make();
      if (!spare) return;
      this.#spares.add(spare);
      // A command may end it.
      void spare.exited.then(() => {
        if (this.#spares.delete(spare)) spare[Symbol.dispose]();
      });
    }
  }

  async #make(): Promise<Spare | undefined> {
    const { keeper, shell, children } = this.#options;
    const tag = keeper.nextTag();
    const { group } = boundProcesses(tag, children);
    if (!group) return undefined;
    const taskFile = join(keeper.folder, `r${tag}`);
    const script = `ulimit -R ${tag} 2>/dev/null; { echo $$ >${quote(group.joinFile)}; } 2>/dev/null; read -r && . ${quote(taskFile)}`;
    try {
      const args = ['--norc', '--noprofile', '-c', script];
      const piped = await spawnPiped({ shell, args, cwd: '/', env: {}, stdin: 'pipe', pipe: await keeper.pipe() });
      return new Spare({ piped, tag, group, shell, taskFile });
    } catch {
      // Commands are started as ever.
      group.remove();
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#filling;
    const spares = [...this.#spares];
    this.#spares.clear();
    for (const spare of spares) spare[Symbol.dispose]();
    await Promise.all(spares.map(({ exited }) => exited));
  }
}
