/** Parameters that several tools share. */
import { z } from 'zod';

/** A path of something. */
export const path = z.string().describe('Path.');
/** A folder; the workspace when it is left out. */
export const folder = z.string().default('.').describe('Folder.');
export const ifVersion = z.string().optional().describe('Expected version.');
export const version = z.string().describe('Version.');
/** Facts about what an answer leaves out. */
export const omission = {
  omitted: z.int().optional().describe('Left out.'),
  omitted_names: z.array(z.string()).optional().describe('The first of them.'),
};
export const ignored = z.boolean().optional().describe('With .gitignored.');

/** What an answer says of a search that ended early; nothing of one that did not. */
export function endNotes({ timedOut, stopped }: { readonly timedOut: boolean; readonly stopped: boolean }): string[] {
  if (timedOut) return ['The time limit was reached; there may be more.'];
  return stopped ? ['The search ended at the most matches that are counted; there may be more.'] : [];
}
