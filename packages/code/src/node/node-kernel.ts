/** A JavaScript context: a Node.js process of its own. What runs in it is child/main.ts. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ToolError } from '@sandlot/core';
import type { Environment } from '@sandlot/core/processes';
import type { Cell, CellEnd, CellEvent, Kernel, KernelExit } from '../contexts/kernel.ts';
import { packageFile } from '../package-files.ts';
import { launch, type Launched, type ProcessLimits } from '../processes/launch.ts';
import { readMessages } from '../processes/messages.ts';
import { StderrEnd } from '../processes/stderr-end.ts';
import { toCellEnd, toCellEvent } from './child-messages.ts';

/** What {@link NodeKernel.start} takes. */
export interface NodeKernelOptions {
  readonly node: string;
  readonly workspace: string;
  readonly env: Environment;
  readonly tag: number;
  readonly limits: ProcessLimits;
  /** For small files. */
  readonly folder: string;
  /** Makes a process for one script alone: with this as its stdin, and a cell that ends when nothing is left to wait for. */
  readonly script?: { readonly stdin: string };
}

// How long a cell may take to see that it should stop, before its thread is stopped.
const politeMs = 200;
const lastMessagesMs = 1000;
// Two threads of Node.js map so much that counts as theirs without being used.
const reservedMb = 1280;
const heapPart = 0.75;

/** A running Node.js process. */
export class NodeKernel implements Kernel {
  readonly runtime = 'javascript';
  readonly pid: number;
  readonly connection = undefined;
  readonly ended: Promise<KernelExit>;
  readonly #launched: Launched;
  readonly #fresh: boolean;
  onLate: Kernel['onLate'];
  readonly #ready = Promise.withResolvers<void>();
  #running: { onEvent: (event: CellEvent) => void; end: (end: CellEnd) => void; state: 'sent' | 'begun' | 'ended' } | undefined;
  #reason: string | undefined;

  private constructor(launched: Launched, fresh: boolean) {
    this.#launched = launched;
    this.#fresh = fresh;
    this.pid = launched.pid;
    const { stdout, stderr } = launched.child;
    const end = new StderrEnd(stderr);
    stdout?.setEncoding('utf8').on('data', (text: string) => this.#takeProgram('stdout', text));
    stderr?.on('data', (text: string) => this.#takeStderr(text));
    for (const index of [3, 5]) this.#pipe(index).on('error', () => undefined);
    const messages = this.#pipe(4);
    readMessages(messages, (message) => this.#receive(message));
    const closed = new Promise((resolve) => messages.once('close', resolve));
    this.ended = launched.exited.then(async (exit) => {
      await launched.end();
      // The last messages are still on their way.
      await Promise.race([closed, sleep(lastMessagesMs, undefined, { ref: false })]);
      return { ...exit, stderr: end.text, reason: this.#reason };
    });
  }

  /**
   * Starts a process and waits until it takes cells.
   *
   * @throws ToolError UNAVAILABLE with the end of its stderr when it does not get ready
   */
  static async start(options: NodeKernelOptions): Promise<NodeKernel> {
    const { node, workspace: cwd, env, tag, folder, script } = options;
    const { memoryMb } = options.limits;
    const limits = { ...options.limits, memoryMb: memoryMb > 0 ? memoryMb + reservedMb : 0 };
    const heap = memoryMb > 0 ? [`--max-old-space-size=${Math.floor(memoryMb * heapPart)}`] : [];
    const command = [node, ...heap, '--disable-warning=ExperimentalWarning', packageFile('node/child/main.js')];
    const stdinFile = script && join(folder, `stdin-${tag}`);
    if (stdinFile) writeFileSync(stdinFile, script.stdin, { mode: 0o600 });
    const stdin = openSync(stdinFile ?? '/dev/null', 'r');
    try {
      const stdio = [stdin, ...Array.from({ length: 5 }, () => 'pipe' as const)];
      const launched = await launch({ command, cwd, env, tag, limits, stdio });
      const kernel = new NodeKernel(launched, script !== undefined);
      const died = kernel.ended.then(({ stderr }) => {
        throw new ToolError('UNAVAILABLE', `Node.js did not start. It said: ${stderr.trim().slice(-1000) || 'nothing'}`);
      });
      await Promise.race([kernel.#ready.promise, died]);
      died.catch(() => undefined);
      return kernel;
    } finally {
      closeSync(stdin);
    }
  }

  get isRunning(): boolean {
    return this.#launched.isRunning && this.#reason === undefined;
  }

  run(cell: Cell, onEvent: (event: CellEvent) => void): Promise<CellEnd> {
    const { promise, resolve } = Promise.withResolvers<CellEnd>();
    this.#running = { onEvent, end: resolve, state: 'sent' };
    const { id, code, typescript, cwd, env, trace, outputChars } = cell;
    const stdin = this.#fresh ? undefined : cell.stdin;
    this.#send({ op: 'run', cell: id, code, typescript, cwd, env, trace, stdin, outputChars, fresh: this.#fresh });
    return promise;
  }

  interrupt(): void {
    const running = this.#running;
    this.#send({ op: 'interrupt' });
    setTimeout(() => {
      if (running && this.#running === running) this.#write(5, 'x');
    }, politeMs).unref();
  }

  async end(reason?: string): Promise<void> {
    this.#reason ??= reason;
    await this.#launched.end();
    await this.ended;
  }

  #receive(message: Record<string, unknown>): void {
    if (message['event'] === 'ready') return this.#ready.resolve();
    const running = this.#running;
    // What comes before was written before.
    if (message['event'] === 'begin' && running?.state === 'sent') running.state = 'begun';
    if (message['event'] !== 'end') {
      const event = toCellEvent(message);
      if (event) this.#take(event, running?.state === 'begun');
      return;
    }
    const end = toCellEnd(message);
    if (!end || !running) return;
    running.state = 'ended';
    // What programs have written until now is read in this turn of the event loop, and taken in the next.
    setImmediate(() =>
      setImmediate(() => {
        if (this.#running === running) this.#running = undefined;
        running.end(end);
      }),
    );
  }

  /** Written by what the cell started; its own output comes as messages. All messages from before it are taken first. */
  #takeProgram(name: 'stdout' | 'stderr', text: string): void {
    setImmediate(() => this.#take({ type: 'stream', name, text }, this.#running !== undefined && this.#running.state !== 'sent'));
  }

  #takeStderr(text: string): void {
    // Node.js says so when a process with a debugger (our second thread) ends.
    const own = text.replace('Waiting for the debugger to disconnect...\n', '');
    if (own !== '') this.#takeProgram('stderr', own);
  }

  #take(event: CellEvent, isOfCell: boolean): void {
    if (isOfCell) this.#running?.onEvent(event);
    else this.onLate?.(event);
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    this.#write(3, `${JSON.stringify(message)}\n`);
  }

  #write(index: number, text: string): void {
    const stream = this.#pipe(index);
    if (stream.writable) stream.write(text);
  }

  #pipe(index: number): Duplex {
    const stream = this.#launched.child.stdio[index];
    if (stream instanceof Duplex) return stream;
    throw new Error(`Descriptor ${index} of the process is no pipe.`);
  }
}
