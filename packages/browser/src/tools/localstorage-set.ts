import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { useStorage } from '../pages/storage.ts';
import { tabId } from './fields.ts';
import { renderEntries, storageEntries } from './storage-entries.ts';

export const browserLocalstorageSet = defineTool({
  name: 'browser_localstorage_set',
  title: 'Set in local storage',
  description: 'Set a value in the local storage of the page.',
  effect: 'write',
  scope: 'browser:act',
  group: 'storage',
  input: z.object({ key: z.string().describe('Key'), value: z.string().describe('Value'), tabId }),
  output: storageEntries,
  run: async (input, { domain, principal, signal }) =>
    useStorage(await domain.session(principal), 'local', { do: 'set', key: input.key, value: input.value }, { tabId: input.tabId, signal }),
  render: renderEntries,
});
