/** Waiting for a command, with progress for the caller. */
import type { ToolContext } from '@sandlot/core';
import { z } from 'zod';
import type { Command } from '../sessions/command.ts';
import { lastLine } from '../sessions/view.ts';

const progressMs = 1000;
// A program that asks has nothing to print for a moment.
const settledMs = 150;

const idleMs = 1000;

/** The arguments that say what a call waits for. */
export const untilArguments = {
  until: z.enum(['exit', 'output', 'idle']).default('exit').describe('output: any; idle: none for 1 s'),
  contains: z.string().min(1).optional().describe('Or until new output holds this'),
};

/** Whether what a call waits for has come, in the output after a position. */
export function isMet(
  command: Command,
  { until, contains }: { until: 'exit' | 'output' | 'idle'; contains?: string | undefined },
  since: number,
): () => boolean {
  const { output } = command;
  const met = { exit: () => false, output: () => output.total > since, idle: () => command.silentMs >= idleMs }[until];
  return () => met() || (contains !== undefined && output.includes(contains, since));
}

/**
 * Waits until a command has ended, waits for input, or the time is over.
 *
 * @returns whether it waits for input, when that can be told
 */
export async function waitForCommand(
  command: Command,
  ms: number,
  ctx: Pick<ToolContext, 'signal' | 'progress'>,
  done: () => boolean = () => false,
): Promise<boolean | undefined> {
  const startedAt = Date.now();
  const deadline = startedAt + ms;
  let reportedAt = startedAt;
  for (;;) {
    // The longer nothing happens, the less often it is looked at.
    const slice = Math.min(progressMs, Math.max(settledMs, command.silentMs / 4));
    await command.wait(Math.min(slice, Math.max(0, deadline - Date.now())), ctx.signal, done);
    const waiting = command.silentMs >= settledMs ? await command.waitingForInput() : undefined;
    if (command.status !== 'running') return undefined;
    if (waiting === true || done() || Date.now() >= deadline) return waiting ?? (await command.waitingForInput());
    if (Date.now() - reportedAt >= progressMs) {
      reportedAt = Date.now();
      ctx.progress({ progress: reportedAt - startedAt, total: ms, message: await lastLine(command.output) });
    }
  }
}
