/** The commands that a server knows: those that run, and those that ended lately. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ToolError } from '@sandlot/core';
import type { Command } from './command.ts';
import type { Session } from './session.ts';
import { signalPid, tagged, watchChildren } from '@sandlot/core/processes';

/** Options of {@link CommandStore}. */
export interface StoreOptions {
  /** Most processes of one command; 0 is no limit. */
  children: number;
  maxProcesses: number;
  maxTerminals: number;
}

const endedKept = 100;
const endedKeptMs = 30 * 60_000;
const filesBytes = 1024 * 1024 * 1024;

/** Commands by id. */
export class CommandStore {
  readonly #options: StoreOptions;
  readonly #commands = new Map<string, Command>();
  readonly #stopWatch: () => void;
  #starting = 0;
  #startingTerminals = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
    const tags = () =>
      [...this.#commands.values()]
        .filter((command) => command.status === 'running' || command.survivors.length > 0)
        .map(({ tree }) => tree.tag);
    this.#stopWatch = options.children > 0 ? watchChildren(options.children, tags, (tag) => this.#endTooMany(tag)) : () => undefined;
  }

  /** Takes room for a command that starts, until it is disposed. Throws when one more would be too many. */
  room(terminal: boolean): Disposable {
    const living = [...this.#commands.values()].filter(({ status }) => status === 'running');
    const { maxProcesses, maxTerminals } = this.#options;
    const advice = 'Wait for one, or end one with shell_kill.';
    if (living.length + this.#starting >= maxProcesses) {
      throw new ToolError('RESOURCE_EXHAUSTED', `${maxProcesses} commands already run, the most at once.`, { advice });
    }
    const terminals = living.filter(({ tty }) => tty).length + this.#startingTerminals;
    if (terminal && terminals >= maxTerminals) {
      throw new ToolError('RESOURCE_EXHAUSTED', `${maxTerminals} terminals are already open, the most at once.`, { advice });
    }
    const count = (by: number) => {
      this.#starting += by;
      if (terminal) this.#startingTerminals += by;
    };
    count(1);
    return { [Symbol.dispose]: () => count(-1) };
  }

  /** Keeps a command that was started. */
  add(command: Command): void {
    this.#commands.set(command.id, command);
    void command.finished.then(() => this.#forgetOld());
  }

  /** The command with an id; another principal's id answers like an unknown one. */
  get(id: string, principal: string): Command {
    const command = this.#commands.get(id);
    if (command?.session.principal === principal) return command;
    throw new ToolError('NOT_FOUND', `No process "${id}".`, { advice: 'List what there is with shell_list.' });
  }

  /** Commands of a principal, the latest first. */
  list(principal: string): Command[] {
    return [...this.#commands.values()].filter(({ session }) => session.principal === principal).toReversed();
  }

  /** Whose processes there are. */
  trees(): { principal: string; tag: number }[] {
    return [...this.#commands.values()]
      .filter((command) => command.hasProcesses())
      .map(({ session, tree }) => ({ principal: session.principal, tag: tree.tag }));
  }

  /** True while a command of the session runs. */
  isUsed(session: Session): boolean {
    return [...this.#commands.values()].some((command) => command.session === session && command.status === 'running');
  }

  /** True while anything runs, background children of ended commands included. */
  isBusy(): boolean {
    return [...this.#commands.values()].some((command) => command.hasProcesses());
  }

  /** Ends everything that was ever started here. */
  async endAll(tagPrefix: number): Promise<void> {
    this.#stopWatch();
    const running = [...this.#commands.values()].filter(({ status }) => status === 'running');
    await Promise.all(running.map((command) => command.end()));
    const withChildren = [...this.#commands.values()].filter((command) => command.hasProcesses());
    await Promise.all(withChildren.map((command) => command.end('SIGKILL', 0)));
    for (const deadline = Date.now() + 5000; Date.now() < deadline; await sleep(10)) {
      const left = tagged(tagPrefix);
      if (left.length === 0) break;
      for (const pid of left) signalPid(pid, 'SIGKILL');
    }
    this.#commands.clear();
  }

  #endTooMany(tag: number): void {
    for (const command of this.#commands.values()) {
      if (command.tree.tag === tag) void command.end('SIGKILL', 0, 'too_many_processes');
    }
  }

  #forgetOld(): void {
    const ended = [...this.#commands.values()]
      .filter(({ status }) => status !== 'running')
      .toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
    let bytes = 0;
    for (const [index, command] of ended.entries()) {
      bytes += command.output.fileSize;
      const old = Date.now() - (command.endedAt ?? 0) > endedKeptMs;
      if (index >= endedKept || old || (bytes > filesBytes && index > 0)) {
        this.#commands.delete(command.id);
        void command.forget();
      }
    }
  }
}
