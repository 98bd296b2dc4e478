/** Parameters and facts that many tools share. Short on purpose: each is repeated in every tool of the list. */
import { z } from 'zod';

export const tabId = z.string().optional().describe('Else current');
export const target = z.string().describe('Ref or selector');
/** Clients of playwright-mcp send it; it is not listed, because it changes nothing. */
export const element = z.string().optional().meta({ description: 'The element in words, for people', unlisted: true });
export const snapshot = z.enum(['diff', 'full', 'none']).optional().describe('Of page');
export const filename = z.string().optional().describe('File to write');

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
