import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { handleDialog } from '../pages/actions.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserHandleDialog = defineTool({
  name: 'browser_handle_dialog',
  title: 'Answer a dialog',
  description: 'Answer the open dialog of the page.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({
    accept: z.boolean().describe('OK or Cancel'),
    promptText: z.string().optional().describe('For a prompt'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => handleDialog(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
