/** Starts Node.js processes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from '@sandlot/core/processes';
import type { ProcessLimits } from '../processes/launch.ts';
import { NodeKernel } from './node-kernel.ts';

/** Options of {@link NodeRuntime}. */
export interface NodeRuntimeOptions {
  /** Path of the Node.js to use. Default: the one that runs this server. */
  readonly node: string | undefined;
  readonly workspace: string;
  readonly env: Environment;
  readonly limits: ProcessLimits;
  /** For small files. */
  readonly folder: string;
}

/** The Node.js of one server. */
export class NodeRuntime {
  readonly #options: NodeRuntimeOptions;

  constructor(options: NodeRuntimeOptions) {
    this.#options = options;
  }

  /** Path of the program. */
  get path(): string {
    return this.#options.node ?? process.execPath;
  }

  /** Starts a process; with a script's stdin, one for that script alone. */
  start(tag: number, script?: { readonly stdin: string }): Promise<NodeKernel> {
    const { workspace, env, limits, folder } = this.#options;
    return NodeKernel.start({ node: this.path, workspace, env, tag, limits, folder, ...(script && { script }) });
  }

  /** Its version, without the v. */
  async version(): Promise<string> {
    const { stdout } = await promisify(execFile)(this.path, ['--version']);
    return stdout.trim().replace(/^v/, '');
  }
}
