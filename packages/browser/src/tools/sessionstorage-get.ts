import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { useStorage } from '../pages/storage.ts';
import { tabId } from './fields.ts';
import { renderEntries, storageEntries } from './storage-entries.ts';

export const browserSessionstorageGet = defineTool({
  name: 'browser_sessionstorage_get',
  title: 'Get from session storage',
  description: 'Get a value from the session storage of the page.',
  effect: 'read',
  scope: 'browser:read',
  group: 'storage',
  input: z.object({ key: z.string().describe('Key'), tabId }),
  output: storageEntries,
  run: async (input, { domain, principal, signal }) =>
    useStorage(await domain.session(principal), 'session', { do: 'get', key: input.key }, { tabId: input.tabId, signal }),
  render: renderEntries,
});
