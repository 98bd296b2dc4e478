/** code_context_delete: end a context. */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { contextId } from './schema.ts';

export const contextDelete = defineTool({
  name: 'code_context_delete',
  title: 'End a context',
  description:
    'End a context with its state and all processes that it started; or all of yours. The default ones begin anew when used again.',
  effect: 'destroy',
  scope: 'code:exec',
  input: z.object({ context: contextId.optional().describe('Its id; default: all of yours') }),
  output: z.object({ ended: z.array(z.string()).describe('Ids') }),
  async run({ context: id }, ctx) {
    const contexts = id === undefined ? ctx.domain.store.list(ctx.principal) : [ctx.domain.store.get(id, ctx.principal)];
    await ctx.domain.store.end(contexts, 'its context was ended');
    return { ended: contexts.map((context) => context.id) };
  },
  render: ({ ended }) => (ended.length > 0 ? `Ended: ${ended.join(', ')}` : 'There were no contexts.'),
});
