/** code_interrupt: stop the cell that runs, or begin anew. */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { contextId } from './schema.ts';

export const interrupt = defineTool({
  name: 'code_interrupt',
  title: 'Interrupt a context',
  description: 'Stop the cell that runs in a context; the state stays. With restart, the context begins anew.',
  effect: 'destroy',
  scope: 'code:exec',
  input: z.object({
    context: contextId.describe('Its id; "python" and "javascript" are the default ones'),
    restart: z.boolean().default(false).describe('End its kernel and state'),
  }),
  output: z.object({
    interrupted: z.boolean().describe('A cell ran'),
    restarted: z.boolean().describe('The next cell begins with a new kernel'),
  }),
  async run({ context: id, restart }, ctx) {
    const context = ctx.domain.store.get(id, ctx.principal);
    const interrupted = context.interruptCell !== undefined;
    if (restart) await context.endKernel('it was restarted');
    else context.interruptCell?.();
    return { interrupted, restarted: restart };
  },
  render: ({ interrupted, restarted }) =>
    restarted ? 'Restarted: the next cell begins with a new kernel.' : interrupted ? 'Interrupted.' : 'No cell runs.',
});
