/** Defines the tools of this server. */
import { type Tool, toolDefiner, type ToolSpec } from '@sandlot/core';
import type { z } from 'zod';
import type { Browsers } from './pages/browsers.ts';

const define = toolDefiner<Browsers>();

/**
 * Defines a tool. One that changes something is refused while a person has taken over; secrets are taken out of every
 * answer and error.
 *
 * @param options `whileHeld`: it may run while a person has taken over
 */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject, Data extends z.input<O>>(
  spec: ToolSpec<Browsers, I, O, Data>,
  { whileHeld = spec.effect === 'read' }: { readonly whileHeld?: boolean } = {},
): Tool<Browsers> {
  return define({
    ...spec,
    async run(input, ctx) {
      if (!whileHeld) ctx.domain.takeover(ctx.principal).refuseWhileHeld();
      const { secrets } = ctx.domain;
      try {
        return secrets.hideIn(await spec.run(input, ctx));
      } catch (error) {
        throw secrets.hideIn(error);
      }
    },
  });
}
