import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { hover } from '../pages/actions.ts';
import { element, report, snapshot, tabId, target } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserHover = defineTool({
  name: 'browser_hover',
  title: 'Hover',
  description: 'Move the mouse over an element.',
  effect: 'destroy',
  scope: 'browser:act',
  minor: true,
  openWorld: true,
  idempotent: true,
  input: z.object({
    target,
    element,
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => hover(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
