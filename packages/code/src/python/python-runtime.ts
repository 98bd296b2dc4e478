/** Starts Python kernels. */
import type { Log, Progress } from '@sandlot/core';
import { baseEnvironment, type Environment } from '@sandlot/core/processes';
import type { ProcessLimits } from '../processes/launch.ts';
import type { Reaper } from '../processes/reaper.ts';
import { removeOldConnections } from './connection-file.ts';
import { findPython, type Python } from './find-python.ts';
import { PythonHost } from './host.ts';
import { PythonKernel } from './python-kernel.ts';

/** Options of {@link PythonRuntime}. */
export interface PythonRuntimeOptions {
  readonly workspace: string;
  /** The Python to use. Default: found or made. */
  readonly python: string | undefined;
  /** The workspace's virtual environment. */
  readonly venv: string;
  readonly env: Environment;
  readonly limits: ProcessLimits;
  readonly reaper: Reaper;
  /** Folder of connection files. */
  readonly connections: string;
  readonly log: Log;
}

/** The Python of one server. */
export class PythonRuntime {
  readonly #options: PythonRuntimeOptions;
  #python: Promise<Python> | undefined;
  #host: Promise<PythonHost> | undefined;

  constructor(options: PythonRuntimeOptions) {
    this.#options = options;
    removeOldConnections(options.connections);
  }

  /** The Python that kernels run on; found or made at the first call. */
  find(report: (progress: Progress) => void): Promise<Python> {
    this.#python ??= this.#look(true, report).catch((error: unknown) => {
      this.#python = undefined;
      throw error;
    });
    return this.#python;
  }

  /** The same, but makes nothing. */
  peek(): Promise<Python> {
    return this.#python ?? this.#look(false, () => undefined);
  }

  #look(make: boolean, report: (progress: Progress) => void): Promise<Python> {
    const { python: asked, venv, log } = this.#options;
    // pip reads its index from such variables; code does not get them.
    const env = { ...baseEnvironment(['PIP_*', 'UV_*']), ...this.#options.env };
    return findPython({ asked, venv, env, log, make }, report);
  }

  /** Starts a kernel. */
  async start(tag: number, report: (progress: Progress) => void): Promise<PythonKernel> {
    const { workspace, env, limits, reaper, venv, connections } = this.#options;
    const { path: python } = await this.find(report);
    try {
      const host = await this.#runningHost(python);
      return await PythonKernel.start({ python, host, workspace, env, tag, limits, venv, connections, sockets: reaper.folder });
    } catch (error) {
      // It may have been removed or changed since it was found.
      this.#python = undefined;
      throw error;
    }
  }

  async #runningHost(python: string): Promise<PythonHost> {
    const current = this.#host;
    const known = await current?.catch(() => undefined);
    if (known?.isRunning) return known;
    // Of several that wait here, one starts it.
    if (this.#host === current) {
      const { workspace, env, reaper } = this.#options;
      this.#host = PythonHost.start({ python, cwd: workspace, env, tag: reaper.tags.next() });
    }
    return this.#runningHost(python);
  }
}
