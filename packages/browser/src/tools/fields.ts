/** Parameters and facts that many tools share. Short on purpose: each is repeated in every tool of the list. */
import { z } from 'zod';

export const tabId = z.string().optional().describe('Default: current');
export const target = z.string().describe('Ref (e12) or selector');
export const element = z.string().optional().describe('For people');
export const snapshot = z.enum(['diff', 'full', 'none']).optional().describe('Page in the answer');
export const filename = z.string().optional().describe('Write to this file instead');

/**
 * Facts that the list of tools shows as "an object" only: spelled out in every tool they would cost more than all the
 * parameters together. The answer is still checked against them.
 */
export function unlisted<T extends z.ZodObject>(facts: T): T {
  return facts.meta({ properties: undefined, required: undefined, additionalProperties: undefined });
}

/** Facts of every action. */
export const report = unlisted(
  z.object({
    tabId: z.string().describe('Tab'),
    url: z.string().describe('Its URL'),
    title: z.string().describe('Its title'),
    changed: z.boolean().describe('Whether the page looks other than when you saw it last'),
    dialog: z.string().optional().describe('Kind and text of the open dialog'),
    files: z
      .array(z.object({ path: z.string(), bytes: z.number(), state: z.string() }))
      .optional()
      .describe('Downloads since the last answer'),
  }),
);
