/** Waiting for a command, with progress for the caller. */
import type { ToolContext } from '@sandlot/core';
import type { Command } from '../sessions/command.ts';
import { lastLine } from '../sessions/view.ts';

const progressMs = 1000;
// A program that asks has nothing to print for a moment.
const settledMs = 150;

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
