import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { selectOption } from '../pages/actions.ts';
import { element, report, snapshot, tabId, target } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserSelectOption = defineTool({
  name: 'browser_select_option',
  title: 'Select options',
  description: 'Choose options of a select element.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({
    target,
    element,
    values: z.array(z.string()).describe('Values or labels'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => selectOption(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
