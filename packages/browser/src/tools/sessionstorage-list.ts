import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { useStorage } from '../pages/storage.ts';
import { tabId } from './fields.ts';
import { renderEntries, storageEntries } from './storage-entries.ts';

export const browserSessionstorageList = defineTool({
  name: 'browser_sessionstorage_list',
  title: 'List session storage',
  description: 'List the session storage of the page.',
  effect: 'read',
  scope: 'browser:read',
  group: 'storage',
  input: z.object({ tabId }),
  output: storageEntries,
  run: async (input, { domain, principal, signal }) =>
    useStorage(await domain.session(principal), 'session', { do: 'list' }, { tabId: input.tabId, signal }),
  render: renderEntries,
});
