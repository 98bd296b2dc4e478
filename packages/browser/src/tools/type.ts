import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { type } from '../pages/actions.ts';
import { element, report, snapshot, tabId, target } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserType = defineTool({
  name: 'browser_type',
  title: 'Type text',
  description: 'Fill an editable element, replacing its text.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({
    target,
    element,
    text: z.string().describe('Text'),
    submit: z.boolean().optional().describe('Then press Enter'),
    slowly: z.boolean().optional().describe('Key by key, at the caret'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => type(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
