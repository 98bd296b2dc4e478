import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { saveState } from '../pages/storage.ts';
import { unlisted } from './fields.ts';

export const browserStorageState = defineTool({
  name: 'browser_storage_state',
  title: 'Save the state',
  description: 'Save cookies and storage of all sites to a workspace file.',
  effect: 'write',
  scope: 'browser:act',
  group: 'storage',
  input: z.object({ filename: z.string().optional().describe('Default browser-state.json') }),
  output: unlisted(z.object({ path: z.string().describe('File written') })),
  async run({ filename = 'browser-state.json' }, { domain, principal }) {
    return { path: await saveState(await domain.session(principal), filename) };
  },
  render: ({ path }) => `Saved to ${path}. It holds logins: keep it safe.`,
});
