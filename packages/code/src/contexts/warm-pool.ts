/** Kernels that are ready before somebody asks for one. */
import type { Progress } from '@sandlot/core';
import type { Kernel } from './kernel.ts';

/** Starts a kernel; `report` is told what takes time. */
export type StartKernel = (report: (progress: Progress) => void) => Promise<Kernel>;

/** Keeps kernels ready from the first time that one is taken. */
export class WarmPool {
  readonly #start: StartKernel;
  readonly #size: number;
  readonly #waiting = new Set<Promise<Kernel>>();

  constructor(start: StartKernel, size: number) {
    this.#start = start;
    this.#size = size;
  }

  /** A kernel that nobody has used yet. */
  async take(report: (progress: Progress) => void): Promise<Kernel> {
    const kernel = (await this.#ready()) ?? (await this.#start(report));
    this.#fill();
    return kernel;
  }

  async #ready(): Promise<Kernel | undefined> {
    for (const waiting of this.#waiting) {
      this.#waiting.delete(waiting);
      const kernel = await waiting.catch(() => undefined);
      if (kernel?.isRunning) return kernel;
    }
    return undefined;
  }

  /** Ends the kernels that wait. */
  async drain(): Promise<void> {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    await Promise.all(waiting.map((started) => started.then((kernel) => kernel.end()).catch(() => undefined)));
  }

  #fill(): void {
    while (this.#waiting.size < this.#size) {
      const started = this.#start(() => undefined);
      this.#waiting.add(started);
      // One that does not start, or dies while it waits, is not handed out; whoever asks next learns why.
      const forget = () => void this.#waiting.delete(started);
      started.then((kernel) => kernel.ended).then(forget, forget);
    }
  }
}
