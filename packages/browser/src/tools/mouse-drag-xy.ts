import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { dragMouse } from '../pages/mouse.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserMouseDragXy = defineTool({
  name: 'browser_mouse_drag_xy',
  title: 'Drag the mouse',
  description: 'Drag from one place in the viewport to another.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  group: 'vision',
  input: z.object({
    startX: z.number().describe('CSS pixels'),
    startY: z.number().describe('CSS pixels'),
    endX: z.number().describe('CSS pixels'),
    endY: z.number().describe('CSS pixels'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => dragMouse(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
