/** What every tool of a page's storage answers with. */
import { z } from 'zod';
import { unlisted } from './fields.ts';

/** The page, and the entries that the call is about. */
export const storageEntries = unlisted(
  z.object({ url: z.string().describe('Page URL'), entries: z.record(z.string(), z.string()).describe('Entries') }),
);

/** The entries as text. */
export function renderEntries({ entries }: { entries: Record<string, string> }): string {
  return `### Entries (untrusted)\n${JSON.stringify(entries, null, 1)}`;
}
