/** code_context_create: a context with a state of its own. */
import { unlessAborted } from '@sandlot/core';
import { z } from 'zod';
import { runtimeOf } from '../contexts/execute.ts';
import { defineTool } from '../define-tool.ts';
import { language } from './schema.ts';

export const contextCreate = defineTool({
  name: 'code_context_create',
  title: 'Make a context',
  description: 'Make a context whose state is apart from others, for parallel work. Each language has a default one already.',
  effect: 'write',
  scope: 'code:exec',
  example: { language: 'javascript' },
  input: z.object({
    language: language.describe('What it runs'),
    cwd: z.string().optional().describe('Its folder; default the workspace'),
  }),
  output: z.object({ context: z.string().describe('For code_execute'), language: language.describe('What it runs') }),
  async run({ language: asked, cwd }, ctx) {
    const folder = cwd === undefined ? ctx.workspace : await ctx.domain.folder(cwd);
    const context = ctx.domain.create({ runtime: runtimeOf(asked), principal: ctx.principal, cwd: folder });
    try {
      await unlessAborted(context.kernel(ctx.progress), ctx.signal);
    } catch (error) {
      await ctx.domain.store.end([context], 'it did not start');
      throw error;
    }
    return { context: context.id, language: asked };
  },
  render: ({ context }) => `Made the context ${context}.`,
});
