/** The process that speaks the Jupyter protocol, by jupyter_client; one for all kernels. See python/host.py. */
import { ToolError } from '@sandlot/core';
import type { Environment } from '@sandlot/core/processes';
import { packageFile } from '../package-files.ts';
import { launch, type Launched } from '../processes/launch.ts';
import { readMessages } from '../processes/messages.ts';
import { StderrEnd } from '../processes/stderr-end.ts';

/** Receives what is said about one kernel. */
export type Listener = (message: Record<string, unknown>) => void;

/** Options of {@link PythonHost.start}. */
export interface HostOptions {
  /** Path of the Python that has jupyter_client. */
  readonly python: string;
  readonly cwd: string;
  readonly env: Environment;
  readonly tag: number;
}

/** A running host. */
export class PythonHost {
  readonly #launched: Launched;
  readonly #listeners = new Map<string, Listener>();
  #ended = false;

  private constructor(launched: Launched) {
    this.#launched = launched;
    const { stdin, stdout, stderr } = launched.child;
    const said = new StderrEnd(stderr);
    stdin?.on('error', () => undefined);
    if (stdout) readMessages(stdout, (message) => this.#listeners.get(String(message['kernel']))?.(message));
    void launched.exited.then(() => {
      this.#ended = true;
      for (const [kernel, listener] of this.#listeners) listener({ kernel, event: 'lost', content: said.text });
    });
  }

  /** Starts the host. */
  static async start({ python, cwd, env, tag }: HostOptions): Promise<PythonHost> {
    const script = packageFile('../python/host.py');
    const command = [python, script];
    const limits = { memoryMb: 0, fileMb: 0, children: 0 };
    return new PythonHost(await launch({ command, cwd, env, tag, limits, stdio: ['pipe', 'pipe', 'pipe'] }));
  }

  /** False once its process has ended. */
  get isRunning(): boolean {
    return !this.#ended;
  }

  /** Sends a request about a kernel. */
  send(message: Readonly<Record<string, unknown>>): void {
    if (this.#ended) throw new ToolError('UNAVAILABLE', 'The process that talks to the Python kernels has ended.');
    this.#launched.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** Connects to a kernel; its messages go to the listener. */
  open(kernel: string, file: string, listener: Listener): void {
    this.#listeners.set(kernel, listener);
    this.send({ op: 'open', kernel, file });
  }

  /** Forgets a kernel. */
  close(kernel: string): void {
    this.#listeners.delete(kernel);
    if (!this.#ended) this.send({ op: 'close', kernel });
  }
}
