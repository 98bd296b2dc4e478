/** A Python kernel: ipykernel in a process of its own, spoken to through the host. */
import { ToolError } from '@sandlot/core';
import type { Environment } from '@sandlot/core/processes';
import type { Cell, CellEnd, CellEvent, Kernel, KernelExit } from '../contexts/kernel.ts';
import { packageFile } from '../package-files.ts';
import { launch, type Launched, type ProcessLimits } from '../processes/launch.ts';
import { StderrEnd } from '../processes/stderr-end.ts';
import { writeConnectionFile } from './connection-file.ts';
import type { PythonHost } from './host.ts';
import { shownByReply, toCellEnd, toCellEvent } from './jupyter-messages.ts';

/** What {@link PythonKernel.start} takes. */
export interface PythonKernelOptions {
  readonly python: string;
  readonly host: PythonHost;
  readonly workspace: string;
  readonly env: Environment;
  readonly tag: number;
  readonly limits: ProcessLimits;
  /** Of connection files. */
  readonly connections: string;
  /** Of Unix sockets. */
  readonly sockets: string;
  /** Path of the virtual environment whose packages are importable once it exists. */
  readonly venv: string;
}

type Connection = ReturnType<typeof writeConnectionFile>;

interface Running {
  readonly id: string;
  readonly onEvent: (event: CellEvent) => void;
  /** True once it has shown an error. */
  hasFailed: boolean;
  readonly end: PromiseWithResolvers<CellEnd>;
}

// No history on disk, tracebacks without colours, and no pause of 0.5 ms after each cell: its end is known by its idle status.
const flags = ['--HistoryManager.enabled=False', '--InteractiveShell.colors=NoColor', '--Kernel._execute_sleep=0'];
// The first cell of a kernel imports what later ones need; better before than in the caller's first cell.
const warmUp = '1';

/** A running Python kernel. */
export class PythonKernel implements Kernel {
  readonly runtime = 'python';
  readonly pid: number;
  readonly connection: string;
  readonly ended: Promise<KernelExit>;
  readonly #options: PythonKernelOptions;
  readonly #id: string;
  readonly #launched: Launched;
  readonly #ready = Promise.withResolvers<void>();
  onLate: Kernel['onLate'];
  #running: Running | undefined;
  #reason: string | undefined;

  private constructor(options: PythonKernelOptions, id: string, { file, remove }: Connection, launched: Launched) {
    this.#options = options;
    this.#id = id;
    this.#launched = launched;
    this.pid = launched.pid;
    this.connection = file;
    const stderr = new StderrEnd(launched.child.stderr);
    this.ended = launched.exited.then(async (exit) => {
      await launched.end();
      options.host.close(id);
      remove();
      return { ...exit, stderr: stderr.text, reason: this.#reason };
    });
    options.host.open(id, file, (message) => this.#receive(message));
  }

  /**
   * Starts a kernel and waits until it has run its first, empty cell.
   *
   * @throws ToolError UNAVAILABLE with the end of its stderr when it does not get ready
   */
  static async start(options: PythonKernelOptions): Promise<PythonKernel> {
    const id = `sandlot-${options.tag}`;
    const connection = writeConnectionFile(options.connections, options.sockets, id);
    const launched = await launch({
      command: [options.python, packageFile('../python/kernel.py'), '-f', connection.file, ...flags],
      cwd: options.workspace,
      // The kernel ends by itself, too, when its parent is gone.
      env: { ...options.env, JPY_PARENT_PID: String(process.pid), PYDEVD_DISABLE_FILE_VALIDATION: '1' },
      tag: options.tag,
      limits: options.limits,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const kernel = new PythonKernel(options, id, connection, launched);
    const died = kernel.ended.then(({ stderr, reason }) => {
      throw new ToolError(
        'UNAVAILABLE',
        `The Python kernel did not start. It said: ${(reason ?? stderr.trim().slice(-1000)) || 'nothing'}`,
      );
    });
    await Promise.race([kernel.#ready.promise.then(() => kernel.#warmUp()), died]);
    // Only a death before this point is a failed start.
    died.catch(() => undefined);
    return kernel;
  }

  get isRunning(): boolean {
    return this.#launched.isRunning && this.#reason === undefined;
  }

  run(cell: Cell, onEvent: (event: CellEvent) => void): Promise<CellEnd> {
    const { cwd, env, trace, stdin, once, outputChars } = cell;
    const meta = { cwd, env, trace, stdin, once, limit: outputChars, venv: this.#options.venv };
    return this.#run({ id: cell.id, code: cell.code, meta, silent: false }, onEvent);
  }

  #warmUp(): Promise<CellEnd> {
    return this.#run({ id: 'warm-up', code: warmUp, meta: {}, silent: true }, () => undefined);
  }

  #run(cell: { id: string; code: string; meta: object; silent: boolean }, onEvent: (event: CellEvent) => void): Promise<CellEnd> {
    const end = Promise.withResolvers<CellEnd>();
    this.#running = { id: cell.id, onEvent, hasFailed: false, end };
    const { id, ...rest } = cell;
    this.#options.host.send({ op: 'run', kernel: this.#id, cell: id, ...rest });
    return end.promise;
  }

  #receive(message: Record<string, unknown>): void {
    const { event, cell, content } = message;
    if (event === 'ready') this.#ready.resolve();
    if (event === 'lost' || event === 'failed') void this.end(`nobody can talk to it any more: ${String(content).trim().slice(-500)}`);
    const running = this.#running;
    if (cell === undefined) {
      const late = toCellEvent(String(event), content);
      if (late) this.onLate?.(late);
    }
    if (!running || running.id !== cell) return;
    if (event === 'reply') {
      this.#running = undefined;
      for (const shown of shownByReply(content, running.hasFailed)) running.onEvent(shown);
      running.end.resolve(toCellEnd(content));
      return;
    }
    const shown = toCellEvent(String(event), content);
    if (!shown) return;
    running.hasFailed ||= shown.type === 'error';
    running.onEvent(shown);
  }

  interrupt(): void {
    this.#launched.signal('SIGINT');
  }

  async end(reason?: string): Promise<void> {
    this.#reason ??= reason;
    await this.#launched.end();
    await this.ended;
  }
}
