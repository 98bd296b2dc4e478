/** shell_read: what a command has written since. */
import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { answerFor, facts, render } from './answer.ts';
import { isMet, untilArguments, waitForCommand } from './wait.ts';

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
    ...untilArguments,
    view: z.enum(['new', 'tail', 'screen']).default('new').describe('screen: of a tty'),
    max_output: z.int().min(200).max(1_000_000).optional().describe('Characters'),
  }),
  output: facts,
  async run(input, ctx) {
    const command = ctx.domain.commands.get(input.process_id, ctx.principal);
    const { output } = command;
    if (input.view === 'screen' && !command.tty) {
      throw new ToolError('FAILED_PRECONDITION', `${command.id} has no terminal.`, { advice: 'Run it with tty, or use another view.' });
    }
    const since = Math.min(input.cursor ?? command.seen, output.total);
    const waitingForInput = await waitForCommand(command, input.wait_ms, ctx, isMet(command, input, since));
    const most = input.max_output ?? command.maxOutput;
    const from = input.view === 'tail' ? Math.max(0, output.total - most) : since;
    const screen = input.view === 'screen' ? await command.screen() : undefined;
    const pastEnd = input.cursor !== undefined && input.cursor > output.total ? input.cursor : undefined;
    return answerFor(command, { from, maxOutput: input.max_output, waitingForInput, screen, pastEnd });
  },
  render,
});
