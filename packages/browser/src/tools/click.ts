import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { click } from '../pages/actions.ts';
import { element, report, snapshot, tabId, target } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserClick = defineTool({
  name: 'browser_click',
  title: 'Click',
  description: 'Click an element; the answer shows what changed.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({
    target,
    element,
    doubleClick: z.boolean().optional().describe('Twice'),
    button: z.enum(['left', 'right', 'middle']).optional().describe('Default left'),
    modifiers: z
      .array(z.enum(['Alt', 'Control', 'ControlOrMeta', 'Meta', 'Shift']))
      .optional()
      .describe('Keys held'),
    force: z.boolean().optional().describe('Even if covered'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => click(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
