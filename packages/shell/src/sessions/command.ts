/** One command from its start to its end. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { State } from './boot.ts';
import type { Output } from './output.ts';
import type { Exit, Running } from './running.ts';
import type { Session } from './session.ts';
import { LiveScreen } from './live-screen.ts';
import type { ScreenView } from './screen.ts';
import { childrenOf, endTree, membersOf, type PidsGroup, signalPid, type Tree } from '@sandlot/core/processes';
import { waitsForInput } from './waiting.ts';

/** `running`, `exited` (with an exit code), `killed` (by a signal), `timed_out` (by `timeout_ms`). */
export type Status = 'running' | 'exited' | 'killed' | 'timed_out';

/** Why a command's tree was ended. */
type Reason = 'killed' | 'timed_out' | 'too_many_processes';

const quietMs = 100;
const graceMs = 2000;

/** What a command is made of. */
export interface CommandParts {
  /** Unguessable. */
  id: string;
  session: Session;
  text: string;
  cwd: string;
  /** The terminal's size; undefined without one. */
  terminal?: { cols: number; rows: number } | undefined;
  output: Output;
  tag: number;
  /** The cgroup that holds its processes, where there is one. */
  group?: PidsGroup | undefined;
  /** The latest pid when it began, where that is not its shell's. */
  since?: number | undefined;
  maxOutput: number;
}

/** A command that was started. */
export class Command {
  readonly id: string;
  readonly session: Session;
  readonly text: string;
  readonly tty: boolean;
  /** The terminal's size; a new object whenever it changes. */
  size: { readonly cols: number; readonly rows: number };
  readonly output: Output;
  readonly maxOutput: number;
  readonly startedAt = Date.now();
  readonly tree: Tree;
  /** Settles when the command has ended and its output is in. */
  readonly finished: Promise<void>;
  /** Where it began. */
  readonly startCwd: string;
  /** Where it is, as far as known. */
  cwd: string;
  status: Status = 'running';
  exit: Exit | undefined;
  endedAt: number | undefined;
  /** What the command left for its session; undefined when it could not be told. */
  state: State | undefined;
  /** Position up to which the caller has seen the output. */
  seen = 0;
  /** Processes that outlive the command: background children, or what could not be ended. */
  survivors: number[] = [];
  readonly #running: Running;
  readonly #screen: LiveScreen | undefined;
  readonly #wakers = new Set<() => void>();
  /** Why this server ended it, if it did. */
  reason: Reason | undefined;
  #dataAt = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #ending: Promise<number[]> | undefined;

  constructor(parts: CommandParts, start: Running, settle: (command: Command) => void) {
    this.id = parts.id;
    this.session = parts.session;
    this.text = parts.text;
    this.tty = parts.terminal !== undefined;
    this.size = parts.terminal ?? { cols: 80, rows: 24 };
    this.output = parts.output;
    this.maxOutput = parts.maxOutput;
    this.startCwd = parts.cwd;
    this.cwd = parts.cwd;
    this.#running = start;
    this.#screen =
      parts.terminal &&
      new LiveScreen({ ...parts.terminal, output: parts.output, answer: (text) => this.write(text), resume: () => start.resume() });
    this.tree = { pid: start.pid, tag: parts.tag, shellEnded: false, group: parts.group, since: parts.since };
    this.finished = this.#finish(settle);
  }

  get durationMs(): number {
    return (this.endedAt ?? Date.now()) - this.startedAt;
  }

  /** New output came, and is in {@link output} already. False when the screen is behind; it calls {@link resume}. */
  onData(chunk: Buffer): boolean {
    this.#dataAt = Date.now();
    const drawn = this.#screen?.onData(chunk) ?? true;
    this.#wake();
    return drawn;
  }

  /** What the terminal shows; undefined without one. */
  async screen(): Promise<ScreenView | undefined> {
    return this.#screen?.view();
  }

  async #finish(settle: (command: Command) => void): Promise<void> {
    const exit = await this.#running.exited;
    this.tree.shellEnded = true;
    clearTimeout(this.#timer);
    await this.#drain();
    // Where the whole tree is being ended, what is left after that.
    this.survivors = (await this.#ending) ?? childrenOf(this.tree, Date.now() - this.startedAt);
    if (this.survivors.length === 0) this.tree.group?.remove();
    settle(this);
    this.exit = exit;
    this.endedAt = Date.now();
    this.status = this.reason === 'timed_out' ? 'timed_out' : exit.signal !== null || this.reason !== undefined ? 'killed' : 'exited';
    void this.#running.closed.then(() => this.output.end());
    this.#wake();
  }

  /** Waits for the last output; a background child may hold the pipe, then a moment of silence must do. */
  async #drain(): Promise<void> {
    let closed = false;
    void this.#running.closed.then(() => {
      closed = true;
      this.#wake();
    });
    const exitedAt = Date.now();
    let looked = false;
    while (!closed) {
      if (this.#running.isPaused()) {
        await this.#change(quietMs);
        continue;
      }
      const silence = Date.now() - Math.max(exitedAt, this.#dataAt);
      if (silence < quietMs) await this.#change(quietMs - silence);
      else if (looked) return;
      // A blocked event loop looks like silence: let it read what waits in the pipe before this is believed.
      looked = silence >= quietMs;
      await nextTurn();
    }
  }

  /** Ends the command when it takes too long. */
  limit(timeoutMs: number): void {
    this.#timer = setTimeout(() => void this.end('SIGTERM', graceMs, 'timed_out'), timeoutMs);
  }

  /**
   * Waits until a condition holds or the time is over; an ended command ends the wait too.
   *
   * @param ms longest wait
   * @param signal ends the wait with its reason
   * @param done looked at after every change
   */
  async wait(ms: number, signal: AbortSignal, done: () => boolean = () => false): Promise<void> {
    const deadline = Date.now() + ms;
    const abort = () => this.#wake();
    signal.addEventListener('abort', abort);
    try {
      for (;;) {
        signal.throwIfAborted();
        const left = deadline - Date.now();
        if (this.status !== 'running' || left <= 0 || done()) return;
        await this.#change(left);
      }
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Milliseconds since anything was written or typed; a question to the terminal that is not answered yet is no silence. */
  get silentMs(): number {
    if (this.#screen?.isBehind) return 0;
    return Date.now() - Math.max(this.#dataAt, this.startedAt);
  }

  /** Whether a program in the terminal waits for somebody to type; undefined when that cannot be told. */
  async waitingForInput(): Promise<boolean | undefined> {
    return this.tty && this.status === 'running' ? waitsForInput(this.tree.pid) : undefined;
  }

  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#wakers.add(wake);
    });
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
  }

  /** Types into the terminal. */
  write(text: string): void {
    // Somebody who has just been answered is not silent.
    this.#dataAt = Date.now();
    this.#running.write?.(text);
  }

  /** Bytes that were typed and that the program has not taken yet. */
  get untakenBytes(): number {
    return this.#running.untaken?.() ?? 0;
  }

  /** Changes the size of the terminal. The same size again does nothing. */
  resize(cols: number, rows: number): void {
    if (this.tree.shellEnded || (this.size.cols === cols && this.size.rows === rows)) return;
    this.size = { cols, rows };
    this.#running.resize?.(cols, rows);
    void this.#screen?.resize(cols, rows);
    this.#wake();
  }

  /** Lets output flow again. */
  resume(): void {
    this.#running.resume();
  }

  /** Sends a signal to the command's process group, as a terminal does. */
  signal(signal: NodeJS.Signals): void {
    if (!this.tree.shellEnded) signalPid(-this.tree.pid, signal);
  }

  /** True while it runs, or a background child of it does. */
  hasProcesses(): boolean {
    return this.status === 'running' || (this.survivors.length > 0 && membersOf(this.tree).length > 0);
  }

  /** Ends the whole tree, background children included. */
  async end(signal: NodeJS.Signals = 'SIGTERM', grace = graceMs, reason: Reason = 'killed'): Promise<void> {
    if (this.status === 'running') this.reason ??= reason;
    this.#ending = endTree(this.tree, signal, grace);
    const survivors = await this.#ending;
    // A shell that cannot be ended never finishes.
    if (this.tree.shellEnded || !survivors.includes(this.tree.pid)) await this.finished;
    this.survivors = survivors;
    this.tree.group?.remove();
    this.#running.close();
  }

  /** Lets go of the output, in memory and in its file. */
  async forget(): Promise<void> {
    this.#running.close();
    this.tree.group?.remove();
    await this.output.remove();
  }
}
