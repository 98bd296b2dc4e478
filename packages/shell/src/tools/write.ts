/** shell_write: type into a terminal. */
import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { keyNames, toSequence } from '../sessions/keys.ts';
import { answerFor, facts, render } from './answer.ts';
import { waitForCommand } from './wait.ts';

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
    wait_ms: z.int().min(0).max(120_000).default(1000).describe('Longest wait for what follows'),
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
    command.write(input.input.replaceAll('\n', '\r') + sequences.join(''));
    const waitingForInput = await waitForCommand(command, input.wait_ms, ctx);
    return answerFor(command, { waitingForInput });
  },
  render,
});
