/** shell_write: type into a terminal. */
import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { keyNames, toSequence } from '../sessions/keys.ts';
import { answerFor, facts, render } from './answer.ts';
import { isMet, untilArguments, waitForCommand } from './wait.ts';

export const write = defineTool({
  name: 'shell_write',
  title: 'Type into a terminal',
  description: 'Type text, then press keys, in a command that runs with tty. Text is not followed by enter unless it ends in a newline.',
  effect: 'destroy',
  openWorld: true,
  scope: 'shell:exec',
  input: z.object({
    process_id: z.string().describe('From shell_exec'),
    input: z.string().default('').describe('Text'),
    keys: z.array(z.string()).default([]).describe('enter, ctrl+c, up, f1, …'),
    close_stdin: z.boolean().default(false).describe('Then end its input (end of file)'),
    wait_ms: z.int().min(0).max(120_000).default(1000).describe('Longest wait for what follows'),
    ...untilArguments,
  }),
  output: facts,
  async run(input, ctx) {
    const command = ctx.domain.commands.get(input.process_id, ctx.principal);
    const sequences = input.keys.map((key) => {
      const sequence = toSequence(key);
      if (sequence === undefined) throw new ToolError('INVALID_ARGUMENT', `keys: no key "${key}".`, { advice: `Keys: ${keyNames}.` });
      return sequence;
    });
    if (!command.tty) {
      throw new ToolError('FAILED_PRECONDITION', `${command.id} has no terminal to type into.`, {
        advice: 'Give input by stdin, or run it with tty.',
      });
    }
    if (command.status !== 'running')
      throw new ToolError('FAILED_PRECONDITION', `${command.id} has ended.`, { advice: 'Read its output with shell_read.' });
    const typed = input.input.replaceAll('\n', '\r') + sequences.join('');
    const since = command.output.total;
    command.write(input.close_stdin ? typed + endOfFile(typed) : typed);
    const waitingForInput = await waitForCommand(command, input.wait_ms, ctx, isMet(command, input, since));
    return answerFor(command, { waitingForInput });
  },
  render,
});

/** What a terminal takes for the end of the input, where a line begins; within one it only hands the line on, so that it takes two. */
function endOfFile(typed: string): string {
  const end = toSequence('ctrl+d') ?? '';
  return typed === '' || typed.endsWith('\r') ? end : end + end;
}
