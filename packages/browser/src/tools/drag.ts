import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { drag } from '../pages/actions.ts';
import { element, report, snapshot, tabId, target } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserDrag = defineTool({
  name: 'browser_drag',
  title: 'Drag and drop',
  description: 'Drag one element onto another.',
  effect: 'destroy',
  scope: 'browser:act',
  minor: true,
  openWorld: true,
  input: z.object({
    startTarget: target,
    endTarget: target,
    startElement: element,
    endElement: element,
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => drag(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
