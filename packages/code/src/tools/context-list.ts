/** code_context_list: the caller's contexts. */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';

export const contextList = defineTool({
  name: 'code_context_list',
  title: 'List contexts',
  description: 'Your contexts, with what they run and since when they are unused.',
  effect: 'read',
  scope: 'code:read',
  minor: true,
  input: z.object({}),
  output: z.object({
    contexts: z
      .array(
        z.object({
          context: z.string(),
          language: z.string(),
          busy: z.boolean(),
          cells: z.int(),
          cwd: z.string(),
          idle_ms: z.int(),
          pid: z.int().optional(),
          connection_file: z.string().optional(),
        }),
      )
      .describe('The latest used first; the connection file is for Jupyter clients'),
  }),
  async run(_input, ctx) {
    const contexts = ctx.domain.store.list(ctx.principal).map(async (context) => {
      const kernel = await context.current();
      return {
        context: context.id,
        language: context.runtime,
        busy: context.turns.busy,
        cells: context.cells,
        cwd: context.cwd,
        idle_ms: context.turns.busy ? 0 : Date.now() - context.usedAt,
        ...(kernel && { pid: kernel.pid }),
        ...(kernel?.connection !== undefined && { connection_file: kernel.connection }),
      };
    });
    return { contexts: await Promise.all(contexts) };
  },
  render({ contexts }) {
    if (contexts.length === 0) return 'No contexts yet; code_execute makes the default one.';
    return contexts
      .map(({ context, language, busy, cells, cwd, idle_ms: idle }) =>
        [context, language, busy ? 'busy' : `unused for ${Math.round(idle / 1000)} s`, `${cells} cells`, cwd].join('  '),
      )
      .join('\n');
  },
});
