import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { useStorage } from '../pages/storage.ts';
import { tabId, unlisted } from './fields.ts';

export const browserSessionstorageClear = defineTool({
  name: 'browser_sessionstorage_clear',
  title: 'Clear session storage',
  description: 'Empty the session storage of the page.',
  effect: 'destroy',
  scope: 'browser:act',
  group: 'storage',
  input: z.object({ tabId }),
  output: unlisted(z.object({ url: z.string().describe('Page URL'), entries: z.record(z.string(), z.string()).describe('Entries') })),
  run: async (input, { domain, principal, signal }) =>
    useStorage(await domain.session(principal), 'session', { do: 'clear' }, { tabId: input.tabId, signal }),
  render: ({ entries }) => `### Entries (untrusted)\n${JSON.stringify(entries, null, 1)}`,
});
