import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { useStorage } from '../pages/storage.ts';
import { tabId } from './fields.ts';
import { renderEntries, storageEntries } from './storage-entries.ts';

export const browserLocalstorageList = defineTool({
  name: 'browser_localstorage_list',
  title: 'List local storage',
  description: 'List the local storage of the page.',
  effect: 'read',
  scope: 'browser:read',
  group: 'storage',
  input: z.object({ tabId }),
  output: storageEntries,
  run: async (input, { domain, principal, signal }) =>
    useStorage(await domain.session(principal), 'local', { do: 'list' }, { tabId: input.tabId, signal }),
  render: renderEntries,
});
