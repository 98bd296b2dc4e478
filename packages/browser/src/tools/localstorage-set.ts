import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { useStorage } from '../pages/storage.ts';
import { tabId, unlisted } from './fields.ts';

export const browserLocalstorageSet = defineTool({
  name: 'browser_localstorage_set',
  title: 'Set in local storage',
  description: 'Set a value in the local storage of the page.',
  effect: 'write',
  scope: 'browser:act',
  group: 'storage',
  input: z.object({ key: z.string().describe('Key'), value: z.string().describe('Value'), tabId }),
  output: unlisted(z.object({ url: z.string().describe('Page URL'), entries: z.record(z.string(), z.string()).describe('Entries') })),
  run: async (input, { domain, principal, signal }) =>
    useStorage(await domain.session(principal), 'local', { do: 'set', key: input.key, value: input.value }, { tabId: input.tabId, signal }),
  render: ({ entries }) => `### Entries (untrusted)\n${JSON.stringify(entries, null, 1)}`,
});
