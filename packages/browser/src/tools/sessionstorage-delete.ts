import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { useStorage } from '../pages/storage.ts';
import { tabId } from './fields.ts';
import { renderEntries, storageEntries } from './storage-entries.ts';

export const browserSessionstorageDelete = defineTool({
  name: 'browser_sessionstorage_delete',
  title: 'Delete from session storage',
  description: 'Delete a key from the session storage of the page.',
  effect: 'destroy',
  scope: 'browser:act',
  group: 'storage',
  input: z.object({ key: z.string().describe('Key'), tabId }),
  output: storageEntries,
  run: async (input, { domain, principal, signal }) =>
    useStorage(await domain.session(principal), 'session', { do: 'delete', key: input.key }, { tabId: input.tabId, signal }),
  render: renderEntries,
});
