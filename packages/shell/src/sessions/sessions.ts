/** The shell server's state: sessions, and the commands that run in them. */
import { stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { type Log, ToolError } from '@sandlot/core';
import { AgentUse } from '@sandlot/core/telemetry';
import type { Command } from './command.ts';
import { CommandStore } from './command-store.ts';
import { baseEnvironment, type Environment } from './environment.ts';
import { type CommandLimits, toUlimits } from './limits.ts';
import { Keeper } from './keeper.ts';
import { removeOldFiles } from './output.ts';
import { Session } from './session.ts';
import { Spares } from './spares.ts';
import { startCommand } from './start.ts';
import { Viewers } from '../terminals/viewers.ts';

/** Options of {@link Sessions}. */
export interface SessionsOptions extends CommandLimits {
  /** Absolute path; commands begin here, and output files lie in its `.sandlot/`. */
  workspace: string;
  log: Log;
  /** Path of bash. */
  shell: string;
  /** Names of the server's variables that commands get as well. */
  passEnv: readonly string[];
  /** Most commands that live at once. */
  maxProcesses: number;
  /** Most terminals that are open at once. */
  maxTerminals: number;
  /** How long a terminal that was opened to be looked at is kept without viewers, in minutes; 0 keeps it until it ends. */
  terminalKeepMinutes: number;
  /** Longest time of any command, in seconds; 0 is no limit. */
  wallSeconds: number;
}

/** What to run. */
export interface ExecOptions {
  command: string;
  /** Empty runs it in a session of its own, from which nothing carries over. */
  session: string;
  cwd?: string | undefined;
  env?: Environment | undefined;
  stdin?: string | undefined;
  terminal?: { cols: number; rows: number } | undefined;
  timeoutMs?: number | undefined;
  maxOutput: number;
}

/** Who asks. */
export interface Caller {
  principal: string;
  signal: AbortSignal;
}

const sessionsPerPrincipal = 256;

/** Sessions and commands of every principal of one server. */
export class Sessions implements AsyncDisposable {
  readonly commands: CommandStore;
  readonly viewers: Viewers;
  readonly #options: SessionsOptions;
  readonly #base: Environment;
  readonly #keeper = new Keeper();
  readonly #spares: Spares;
  readonly #sessions = new Map<string, Session>();
  readonly #use = new AgentUse('shell', () => this.commands.trees());

  private constructor(options: SessionsOptions) {
    this.#options = options;
    this.#base = baseEnvironment(options.passEnv);
    this.#spares = new Spares({ ...options, keeper: this.#keeper });
    this.commands = new CommandStore(options);
    this.viewers = new Viewers(options.terminalKeepMinutes * 60_000);
  }

  /** Makes the state and starts the helper process. */
  static open(options: SessionsOptions): Sessions {
    const sessions = new Sessions(options);
    sessions.#keeper.start();
    void removeOldFiles(sessions.#outputFolder);
    return sessions;
  }

  get #outputFolder(): string {
    return join(this.#options.workspace, '.sandlot', 'output');
  }

  /**
   * Starts a command once the session's earlier calls have answered, and waits for it.
   *
   * @param wait does the waiting. An abort during it ends the command
   * @returns the command and how long its session was busy before it
   */
  async exec(
    options: ExecOptions,
    caller: Caller,
    wait: (command: Command) => Promise<void>,
  ): Promise<{ command: Command; queuedMs: number }> {
    checkText(options);
    const session = this.#session(caller.principal, options.session);
    const calledAt = Date.now();
    const { busy } = session.turns;
    const release = await session.turns.turn(caller.signal);
    try {
      const queuedMs = busy ? Date.now() - calledAt : 0;
      const cwd = await this.#folder(session, options.cwd);
      const command = await this.#start(session, cwd, options);
      try {
        caller.signal.throwIfAborted();
        await wait(command);
      } catch (error) {
        await command.end();
        throw error;
      }
      return { command, queuedMs };
    } finally {
      release();
    }
  }

  async #start(session: Session, cwd: string, options: ExecOptions): Promise<Command> {
    using _room = this.commands.room(options.terminal !== undefined);
    const { shell } = this.#options;
    const limits = toUlimits(this.#options);
    const timeoutMs = this.#timeout(options.timeoutMs);
    const shared = { keeper: this.#keeper, spares: this.#spares, outputFolder: this.#outputFolder };
    const command = await startCommand({ ...options, timeoutMs, session, cwd, shell, limits, children: this.#options.children, ...shared });
    this.commands.add(command);
    const owned = { principal: session.principal, tag: command.tree.tag };
    void command.finished.then(() => command.state && this.#use.ended(owned, command.state.cpuMs / 1000));
    return command;
  }

  #timeout(asked: number | undefined): number | undefined {
    const { wallSeconds } = this.#options;
    const most = wallSeconds === 0 ? Infinity : wallSeconds * 1000;
    const ms = Math.min(asked ?? Infinity, most);
    return Number.isFinite(ms) ? ms : undefined;
  }

  /** Sessions of a principal, the latest used first. */
  list(principal: string): Session[] {
    return [...this.#sessions.values()].filter((session) => session.principal === principal).toSorted((a, b) => b.usedAt - a.usedAt);
  }

  /** Forgets a session; the next call with its name begins anew. */
  forget(name: string, principal: string): void {
    this.#sessions.delete(keyOf(principal, name));
  }

  #session(principal: string, name: string): Session {
    if (name === '') return new Session(principal, name, this.#options.workspace, this.#base);
    const key = keyOf(principal, name);
    const known = this.#sessions.get(key);
    if (known) {
      known.usedAt = Date.now();
      return known;
    }
    const mine = this.list(principal);
    if (mine.length >= sessionsPerPrincipal) {
      const oldest = mine.findLast((session) => !session.turns.busy && !this.commands.isUsed(session));
      if (!oldest) throw new ToolError('RESOURCE_EXHAUSTED', `All ${sessionsPerPrincipal} sessions are in use.`);
      this.forget(oldest.name, principal);
    }
    const session = new Session(principal, name, this.#options.workspace, this.#base);
    this.#sessions.set(key, session);
    return session;
  }

  async #folder(session: Session, asked: string | undefined): Promise<string> {
    const cwd = asked === undefined ? session.cwd : isAbsolute(asked) ? asked : resolve(this.#options.workspace, asked);
    const found = await stat(cwd).catch(() => undefined);
    if (found?.isDirectory()) return cwd;
    if (asked === undefined) {
      throw new ToolError('FAILED_PRECONDITION', `The folder of session "${session.name}" is gone: "${cwd}".`, {
        advice: 'Pass cwd to continue in another folder.',
      });
    }
    throw new ToolError('NOT_FOUND', found ? `cwd "${asked}" is not a folder.` : `No folder "${asked}" for cwd.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#use[Symbol.dispose]();
    await this.#spares[Symbol.asyncDispose]();
    await this.commands.endAll(this.#keeper.tagPrefix);
    await this.#keeper[Symbol.asyncDispose]();
  }
}

function keyOf(principal: string, name: string): string {
  return `${principal}\0${name}`;
}

function checkText({ command, cwd, env, stdin, terminal }: ExecOptions): void {
  if (terminal && stdin !== undefined) {
    throw new ToolError('INVALID_ARGUMENT', 'stdin does not go with tty.', { advice: 'Type with shell_write, or call without tty.' });
  }
  for (const [name, text] of Object.entries({ command, cwd, ...env })) {
    if (text?.includes('\0')) throw new ToolError('INVALID_ARGUMENT', `${name} holds a NUL character, which bash cannot take.`);
  }
  for (const [name, text] of Object.entries({ command, stdin })) {
    if (text !== undefined && !text.isWellFormed())
      throw new ToolError('INVALID_ARGUMENT', `${name} is not valid Unicode (a lone surrogate).`);
  }
  for (const name of Object.keys(env ?? {})) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new ToolError('INVALID_ARGUMENT', `env: "${name}" is not a variable name.`);
  }
}
