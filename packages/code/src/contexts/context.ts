/** One context: what its cells leave for the next. */
import { type Progress, ToolError, Turns } from '@sandlot/core';
import type { LateOutput } from '../outputs/late-output.ts';
import type { Kernel, KernelExit, Runtime } from './kernel.ts';

/** A context of one principal. */
export class Context {
  readonly id: string;
  readonly principal: string;
  readonly runtime: Runtime;
  readonly createdAt = Date.now();
  readonly turns = new Turns();
  usedAt = Date.now();
  cells = 0;
  /** Where the next cell begins, as far as known. */
  cwd: string;
  /** Why the state of earlier cells is gone, until somebody was told. */
  lost: string | undefined;
  /** The cell that runs can be interrupted by this. */
  interruptCell: (() => void) | undefined;
  readonly late: LateOutput;
  /** Its kernel while it runs. */
  running: Kernel | undefined;
  readonly #take: (report: (progress: Progress) => void) => Promise<Kernel>;
  #kernel: Promise<Kernel> | undefined;
  #ended = false;

  constructor(parts: {
    id: string;
    principal: string;
    runtime: Runtime;
    cwd: string;
    late: LateOutput;
    take: (report: (progress: Progress) => void) => Promise<Kernel>;
  }) {
    this.id = parts.id;
    this.principal = parts.principal;
    this.runtime = parts.runtime;
    this.cwd = parts.cwd;
    this.late = parts.late;
    this.#take = parts.take;
  }

  /** The kernel; a new one after the earlier has died. */
  async kernel(report: (progress: Progress) => void = () => undefined): Promise<Kernel> {
    if (this.#ended) throw new ToolError('NOT_FOUND', `The context "${this.id}" was ended.`);
    const taken = this.#kernel ?? this.#begin(report);
    const kernel = await taken;
    if (kernel.isRunning) return kernel;
    // Its end may not be known to all yet.
    await kernel.ended;
    if (this.#kernel === taken) this.#kernel = undefined;
    return this.kernel(report);
  }

  #begin(report: (progress: Progress) => void): Promise<Kernel> {
    const taken = this.#take(report);
    this.#kernel = taken;
    const forget = () => {
      if (this.#kernel === taken) this.#kernel = undefined;
    };
    taken.then(async (kernel) => {
      if (this.#ended) return kernel.end();
      kernel.onLate = (event) => this.late.add(event);
      this.running = kernel;
      const exit = await kernel.ended;
      this.running = undefined;
      forget();
      if (!this.#ended) this.lost ??= describeExit(exit);
      return undefined;
    }, forget);
    return taken;
  }

  /** Its kernel, if there is one. */
  async current(): Promise<Kernel | undefined> {
    const kernel = await this.#kernel?.catch(() => undefined);
    return kernel?.isRunning ? kernel : undefined;
  }

  /** Ends its kernel with all that it started. */
  async end(reason: string): Promise<void> {
    this.#ended = true;
    await this.endKernel(reason);
  }

  /** Ends its kernel; the next cell begins with a new one. */
  async endKernel(reason: string): Promise<void> {
    const kernel = await this.#kernel?.catch(() => undefined);
    await kernel?.end(reason);
  }
}

/** How a kernel ended, in words. */
export function describeExit({ code, signal, stderr, reason }: KernelExit): string {
  if (reason !== undefined) return reason;
  if (/out of memory|Allocation failed|MemoryError|bad_alloc|Cannot allocate memory/i.test(stderr))
    return 'it ran out of memory; the limit is --memory-mb';
  if (signal === 'SIGKILL') return 'it was killed by SIGKILL, as happens when memory runs out';
  if (signal) return `it was killed by ${signal}`;
  return `its process ended with exit code ${code}`;
}
