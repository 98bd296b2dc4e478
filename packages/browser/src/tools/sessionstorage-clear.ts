import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { useStorage } from '../pages/storage.ts';
import { tabId } from './fields.ts';
import { renderEntries, storageEntries } from './storage-entries.ts';

export const browserSessionstorageClear = defineTool({
  name: 'browser_sessionstorage_clear',
  title: 'Clear session storage',
  description: 'Empty the session storage of the page.',
  effect: 'destroy',
  scope: 'browser:act',
  group: 'storage',
  input: z.object({ tabId }),
  output: storageEntries,
  run: async (input, { domain, principal, signal }) =>
    useStorage(await domain.session(principal), 'session', { do: 'clear' }, { tabId: input.tabId, signal }),
  render: renderEntries,
});
