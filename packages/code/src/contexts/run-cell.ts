/** Runs one cell of a context to its end, which may be forced. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '@sandlot/core';
import type { Context } from './context.ts';
import { describeExit } from './context.ts';
import type { Cell, CellEnd, CellEvent, Kernel } from './kernel.ts';

/**
 * How a cell ended: `ok`; `error` (it threw); `timed_out` and `interrupted` (it was stopped); `died` (its kernel ended during it).
 */
export type CellStatus = 'ok' | 'error' | 'timed_out' | 'interrupted' | 'died';

/** A cell that has ended. */
export interface CellOutcome {
  readonly status: CellStatus;
  readonly end: CellEnd | undefined;
  /** Why the kernel and its state are gone; undefined while they are there. */
  readonly died: string | undefined;
  /** True for a cell that was interrupted, and yet ended as if it had not been. */
  readonly caught: boolean;
  readonly durationMs: number;
}

/** What {@link runCell} takes. */
export interface RunCellOptions {
  readonly context: Context;
  readonly kernel: Kernel;
  readonly cell: Cell;
  readonly timeoutMs: number;
  /** The caller's; an abort interrupts the cell, and is thrown once it has ended. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: CellEvent) => void;
  /** The last line of output, for progress. */
  readonly lastLine: () => string;
  readonly report: (progress: Progress) => void;
}

type Stop = 'timed_out' | 'interrupted' | 'cancelled';

const graceMs = 5000;
const againMs = 1000;
const progressMs = 1000;

/** Runs a cell. What does not end within its time is interrupted, and killed when that does not help. */
export async function runCell(options: RunCellOptions): Promise<CellOutcome> {
  const { context, kernel, cell, timeoutMs, signal, onEvent } = options;
  const startedAt = performance.now();
  const stop = Promise.withResolvers<Stop>();
  const abort = () => stop.resolve('cancelled');
  context.interruptCell = () => stop.resolve('interrupted');
  signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => stop.resolve('timed_out'), timeoutMs);
  const stopProgress = reportProgress(options, startedAt);
  const ended = Promise.race([kernel.run(cell, onEvent), kernel.ended]);
  try {
    const stopped = await Promise.race([ended.then(() => undefined), stop.promise]);
    if (stopped !== undefined) await force(kernel, ended, stopped);
    const end = await ended;
    if (stopped === 'cancelled') signal.throwIfAborted();
    const durationMs = Math.round(performance.now() - startedAt);
    if (!('executionCount' in end)) {
      context.lost = undefined;
      const status = stopped === 'timed_out' ? 'timed_out' : stopped === 'interrupted' ? 'interrupted' : 'died';
      return { status, end: undefined, died: describeExit(end), caught: false, durationMs };
    }
    if (stopped === undefined || stopped === 'cancelled') return { status: end.status, end, died: undefined, caught: false, durationMs };
    return { status: stopped, end, died: undefined, caught: end.status === 'ok', durationMs };
  } finally {
    clearTimeout(timer);
    stopProgress();
    signal.removeEventListener('abort', abort);
    context.interruptCell = undefined;
  }
}

async function force(kernel: Kernel, ended: Promise<unknown>, why: Stop): Promise<void> {
  const over = ended.then(() => true);
  for (let waited = 0; waited < graceMs; waited += againMs) {
    kernel.interrupt();
    if (await Promise.race([over, sleep(againMs, false, { ref: false })])) return;
  }
  const reason = why === 'timed_out' ? 'it took too long' : 'it was to stop';
  await kernel.end(`${reason}, did not react to an interrupt and was killed`);
}

function reportProgress({ report, lastLine, timeoutMs }: RunCellOptions, startedAt: number): () => void {
  const timer = setInterval(() => {
    report({ progress: Math.round(performance.now() - startedAt), total: timeoutMs, message: lastLine().slice(0, 200) || 'running' });
  }, progressMs);
  return () => clearInterval(timer);
}
