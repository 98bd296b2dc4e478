/** code_execute: run code. */
import { z } from 'zod';
import { execute as executeCode } from '../contexts/execute.ts';
import { defineTool } from '../define-tool.ts';
import { answerFor, facts, render } from './answer.ts';
import { contextId, language } from './schema.ts';

export const execute = defineTool({
  name: 'code_execute',
  title: 'Run code',
  description:
    'Run code as a notebook cell: state stays, await works at top level, the last value and plots are shown. JavaScript has import, require and display(value).',
  effect: 'destroy',
  openWorld: true,
  scope: 'code:exec',
  input: z.object({
    language: language.describe('TypeScript shares the contexts of JavaScript'),
    code: z.string().describe('The cell'),
    context: contextId.optional().describe("Default: the language's own context"),
    once: z.boolean().default(false).describe('In a new process that ends with the code'),
    timeout: z.number().positive().max(1800).default(60).describe('Seconds; then it is interrupted'),
    cwd: z.string().optional().describe('Change folder first; it stays'),
    env: z.record(z.string(), z.string()).optional().describe('Variables for this call alone'),
    stdin: z.string().optional().describe('What input() reads'),
    files: z.record(z.string(), z.string()).optional().describe('Text by path; written first'),
    max_output: z.int().min(200).max(1_000_000).default(16_000).describe('Characters; more is cut in the middle'),
  }),
  output: facts,
  async run(input, ctx) {
    const executed = await executeCode(
      ctx.domain,
      {
        language: input.language,
        code: input.code,
        context: input.context,
        once: input.once,
        timeoutMs: input.timeout * 1000,
        cwd: input.cwd,
        env: input.env,
        stdin: input.stdin,
        files: input.files,
        maxOutput: input.max_output,
      },
      ctx,
    );
    return answerFor(executed, input.language);
  },
  render,
});
