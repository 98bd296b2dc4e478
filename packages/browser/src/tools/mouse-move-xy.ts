import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { moveMouse } from '../pages/mouse.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserMouseMoveXy = defineTool({
  name: 'browser_mouse_move_xy',
  title: 'Move the mouse',
  description: 'Move the mouse to a place in the viewport.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  group: 'vision',
  input: z.object({
    x: z.number().describe('CSS pixels'),
    y: z.number().describe('CSS pixels'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => moveMouse(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
