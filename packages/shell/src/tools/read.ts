/** shell_read: what a command has written since. */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { answerFor, facts, render } from './answer.ts';
import { waitForCommand } from './wait.ts';

export const read = defineTool({
  name: 'shell_read',
  title: 'Read a command',
  description: 'New output and state of a command, also after its end. Waits until it ends, or for less with until.',
  effect: 'read',
  idempotent: false,
  scope: 'shell:read',
  input: z.object({
    process_id: z.string().describe('From shell_exec'),
    cursor: z.int().min(0).optional().describe('Position in bytes; default: what is new'),
    wait_ms: z.int().min(0).max(120_000).default(0).describe('Longest wait'),
    until: z.enum(['exit', 'output', 'idle']).default('exit').describe('output: any; idle: none for 1 s'),
    max_output: z.int().min(200).max(1_000_000).optional().describe('Characters'),
  }),
  output: facts,
  async run(input, ctx) {
    const command = ctx.domain.commands.get(input.process_id, ctx.principal);
    const from = Math.min(input.cursor ?? command.seen, command.output.total);
    const done = {
      exit: () => false,
      output: () => command.output.total > from,
      idle: () => command.silentMs >= 1000,
    }[input.until];
    const waitingForInput = await waitForCommand(command, input.wait_ms, ctx, done);
    return answerFor(command, { from, maxOutput: input.max_output, waitingForInput });
  },
  render,
});
