/** The code server's state: the contexts of every principal, and the runtimes that make their kernels. */
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { type Log, type Progress, ToolError } from '@sandlot/core';
import { AgentUse, type OwnedTree } from '@sandlot/core/telemetry';
import { baseEnvironment, type Environment, watchChildren } from '@sandlot/core/processes';
import { NodeRuntime } from '../node/node-runtime.ts';
import { LateOutput } from '../outputs/late-output.ts';
import { removeOldOutput } from '../outputs/output-file.ts';
import type { ProcessLimits } from '../processes/launch.ts';
import { Reaper } from '../processes/reaper.ts';
import { connectionFolder } from '../python/connection-file.ts';
import { PythonRuntime } from '../python/python-runtime.ts';
import { Context } from './context.ts';
import { ContextStore } from './context-store.ts';
import type { Kernel, Runtime } from './kernel.ts';
import { WarmPool } from './warm-pool.ts';

/** Options of {@link Contexts}. */
export interface ContextsOptions extends ProcessLimits {
  /** Absolute path; contexts begin here, and output files lie in its `.sandlot/`. */
  readonly workspace: string;
  readonly log: Log;
  /** The Python to use. Default: found or made. */
  readonly python: string | undefined;
  /** The Node.js to use. Default: the one that runs this server. */
  readonly node: string | undefined;
  /** Names of the server's variables that code gets as well. */
  readonly passEnv: readonly string[];
  readonly maxContexts: number;
  /** Minutes without use after which a context ends; 0 is never. */
  readonly idleMinutes: number;
  /** Kernels that are kept ready, once one was used. */
  readonly warm: number;
}

const jupyterNames = ['JUPYTER_RUNTIME_DIR', 'JUPYTER_DATA_DIR', 'JUPYTER_PATH', 'IPYTHONDIR', 'MPLCONFIGDIR'];

/** Receives what takes time. */
type Report = (progress: Progress) => void;

/** Contexts and kernels of every principal of one server. */
export class Contexts implements AsyncDisposable {
  readonly workspace: string;
  readonly store: ContextStore;
  readonly python: PythonRuntime;
  readonly node: NodeRuntime;
  /** What code gets of the server's environment. */
  readonly env: Environment;
  /** Path of the workspace's virtual environment, whether it exists or not. */
  readonly venv: string;
  readonly #reaper: Reaper;
  readonly #kernels = new Map<number, Kernel>();
  readonly #use = new AgentUse('code', () => this.#trees());
  readonly #stopWatch: () => void;
  readonly #pools: Record<Runtime, WarmPool>;

  constructor(options: ContextsOptions) {
    const { workspace, log, children, warm, python, node, memoryMb, fileMb } = options;
    this.workspace = workspace;
    this.env = { NO_COLOR: '1', ...baseEnvironment([...jupyterNames, ...options.passEnv]) };
    const connections = connectionFolder(this.env);
    this.#reaper = new Reaper(connections);
    this.venv = join(workspace, '.venv');
    this.store = new ContextStore({ maxContexts: options.maxContexts, idleMs: options.idleMinutes * 60_000, log });
    const shared = { workspace, env: this.env, limits: { memoryMb, fileMb, children } };
    this.python = new PythonRuntime({ ...shared, python, venv: this.venv, reaper: this.#reaper, connections, log });
    this.node = new NodeRuntime({ ...shared, node, folder: this.#reaper.folder });
    this.#pools = {
      python: new WarmPool((report) => this.#track((tag) => this.python.start(tag, report)), warm),
      javascript: new WarmPool(() => this.#track((tag) => this.node.start(tag)), warm),
    };
    this.#stopWatch =
      children > 0
        ? watchChildren(
            children,
            () => [...this.#kernels.keys()],
            (tag) => this.#endTooMany(tag),
          )
        : () => undefined;
    void removeOldOutput(this.outputFolder);
  }

  /** Folder of the files that cells' output goes to. */
  get outputFolder(): string {
    return join(this.workspace, '.sandlot', 'output');
  }

  /** The caller's context of that name, or the default one of a runtime, which is made when it is missing. */
  use(id: string | undefined, runtime: Runtime, principal: string): Context {
    const known = id === undefined ? this.store.find(runtime, principal) : this.store.get(id, principal);
    if (!known) return this.create({ id: runtime, runtime, principal, cwd: this.workspace });
    if (known.runtime === runtime) return known;
    throw new ToolError('INVALID_ARGUMENT', `The context "${known.id}" runs ${known.runtime}, not ${runtime}.`, {
      advice: 'Name a context of that language, or leave context out for the default one.',
    });
  }

  /** Makes a context; its kernel is taken with its first cell. */
  create(parts: { id?: string; runtime: Runtime; principal: string; cwd: string }): Context {
    const { runtime } = parts;
    const id = parts.id ?? `ctx-${randomBytes(8).toString('hex')}`;
    const context = new Context({ ...parts, id, late: new LateOutput(this), take: (report) => this.#pools[runtime].take(report) });
    this.store.add(context);
    return context;
  }

  /** A context for one cell; whoever asks for it ends it. */
  createOnce(runtime: Runtime, principal: string, stdin: string): Context {
    const take = (report: Report) =>
      runtime === 'python' ? this.#pools.python.take(report) : this.#track((tag) => this.node.start(tag, { stdin }));
    const id = `once-${randomBytes(8).toString('hex')}`;
    const context = new Context({ id, runtime, principal, cwd: this.workspace, late: new LateOutput(this), take });
    this.store.add(context);
    return context;
  }

  /**
   * A folder as an absolute path.
   *
   * @throws ToolError NOT_FOUND when there is none
   */
  async folder(asked: string): Promise<string> {
    const path = isAbsolute(asked) ? asked : resolve(this.workspace, asked);
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) return path;
    throw new ToolError('NOT_FOUND', found ? `cwd "${asked}" is not a folder.` : `No folder "${asked}" for cwd.`);
  }

  /** True while there are contexts: they hold state, and end by themselves when nobody uses them. */
  isBusy(): boolean {
    return this.store.size > 0;
  }

  async #track(start: (tag: number) => Promise<Kernel>): Promise<Kernel> {
    const tag = this.#reaper.tags.next();
    const kernel = await start(tag);
    this.#kernels.set(tag, kernel);
    void kernel.ended.then(() => this.#kernels.delete(tag));
    return kernel;
  }

  #trees(): OwnedTree[] {
    const kernels = [...this.#kernels];
    return this.store.all().flatMap(({ principal, running }) => {
      const tag = kernels.find(([, kernel]) => kernel === running)?.[0];
      return tag === undefined ? [] : [{ principal, tag }];
    });
  }

  #endTooMany(tag: number): void {
    void this.#kernels.get(tag)?.end('it had too many processes');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopWatch();
    this.#use[Symbol.dispose]();
    // First, so that nothing waits for a kernel that is still starting.
    await this.#reaper.endAll();
    await this.store.endAll();
    await Promise.all(Object.values(this.#pools).map((pool) => pool.drain()));
    await this.#reaper[Symbol.asyncDispose]();
  }
}
