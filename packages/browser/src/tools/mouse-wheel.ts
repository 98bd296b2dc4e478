import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { turnWheel } from '../pages/mouse.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserMouseWheel = defineTool({
  name: 'browser_mouse_wheel',
  title: 'Turn the wheel',
  description: 'Scroll where the mouse is.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  group: 'vision',
  input: z.object({
    deltaX: z.number().optional().describe('CSS pixels to the right'),
    deltaY: z.number().optional().describe('CSS pixels down'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => turnWheel(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
