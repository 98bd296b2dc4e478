/** shell_exec: run a command. */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { answerFor, facts, render } from './answer.ts';
import { waitForCommand } from './wait.ts';

export const exec = defineTool({
  name: 'shell_exec',
  title: 'Run a command',
  description:
    'Run a bash command or script. Folder, exported variables, functions and aliases carry over within a session. After wait_ms the command goes on: shell_read. Programs that ask or draw need tty.',
  effect: 'destroy',
  openWorld: true,
  scope: 'shell:exec',
  input: z.object({
    command: z.string().min(1).describe('Any length, several lines too'),
    session: z
      .string()
      .min(1)
      .max(100)
      .nullable()
      .default('default')
      .describe('Calls to one session queue; use others in parallel, or null: nothing carries over'),
    cwd: z.string().optional().describe('cd here first, the session too (relative to the workspace)'),
    env: z.record(z.string(), z.string()).optional().describe('Variables for this command alone'),
    stdin: z.string().optional().describe('Its input; default empty'),
    wait_ms: z.int().min(0).max(120_000).default(10_000).describe('Longest wait; 0 = background'),
    timeout_ms: z.int().min(1).max(2_147_483_647).optional().describe('End the command after this; default never'),
    max_output: z.int().min(200).max(1_000_000).default(16_000).describe('Characters; more is cut in the middle'),
    tty: z.boolean().default(false).describe('In a terminal'),
    cols: z.int().min(20).max(500).default(120).describe('Of the terminal'),
    rows: z.int().min(5).max(200).default(40).describe('Of the terminal'),
  }),
  output: facts,
  async run(input, ctx) {
    let waitingForInput: boolean | undefined;
    const { command, queuedMs } = await ctx.domain.exec(
      {
        command: input.command,
        session: input.session ?? '',
        cwd: input.cwd,
        env: input.env,
        stdin: input.stdin,
        terminal: input.tty ? { cols: input.cols, rows: input.rows } : undefined,
        timeoutMs: input.timeout_ms,
        maxOutput: input.max_output,
      },
      ctx,
      async (started) => {
        waitingForInput = await waitForCommand(started, input.wait_ms, ctx);
      },
    );
    return answerFor(command, { waitingForInput, queuedMs });
  },
  render,
});
