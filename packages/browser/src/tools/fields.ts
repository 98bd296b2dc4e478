/** Parameters and facts that many tools share. Short on purpose: each is repeated in every tool of the list. */
import { z } from 'zod';

export const tabId = z.string().optional().describe('Tab, e.g. t2; default: current');
export const target = z.string().min(1).max(2_000).describe('Ref from the snapshot (e12) or selector');
export const element = z.string().optional().describe('What it is, for people');
export const snapshot = z.enum(['diff', 'full', 'none']).optional().describe('Page in the answer; default diff');

/** Facts of every action. */
export const report = z.object({
  tabId: z.string().describe('Tab'),
  url: z.string().describe('Its URL'),
  title: z.string().describe('Its title'),
  changed: z.boolean().describe('Page changed'),
  dialog: z.string().optional().describe('Open dialog'),
  files: z
    .array(z.object({ path: z.string(), bytes: z.number(), state: z.string() }))
    .optional()
    .describe('Downloads'),
});
