import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { loadState } from '../pages/storage.ts';
import { unlisted } from './fields.ts';

export const browserSetStorageState = defineTool({
  name: 'browser_set_storage_state',
  title: 'Load a state',
  description: 'Replace cookies and storage by those of a saved file.',
  effect: 'destroy',
  scope: 'browser:act',
  group: 'storage',
  input: z.object({ filename: z.string().describe('File of browser_storage_state') }),
  output: unlisted(z.object({ loaded: z.boolean().describe('Done') })),
  async run({ filename }, { domain, principal }) {
    await loadState(await domain.session(principal), filename);
    return { loaded: true };
  },
  render: () => 'Loaded. Reload pages to use it.',
});
