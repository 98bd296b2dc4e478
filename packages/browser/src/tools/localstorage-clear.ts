import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { useStorage } from '../pages/storage.ts';
import { tabId } from './fields.ts';
import { renderEntries, storageEntries } from './storage-entries.ts';

export const browserLocalstorageClear = defineTool({
  name: 'browser_localstorage_clear',
  title: 'Clear local storage',
  description: 'Empty the local storage of the page.',
  effect: 'destroy',
  scope: 'browser:act',
  group: 'storage',
  input: z.object({ tabId }),
  output: storageEntries,
  run: async (input, { domain, principal, signal }) =>
    useStorage(await domain.session(principal), 'local', { do: 'clear' }, { tabId: input.tabId, signal }),
  render: renderEntries,
});
