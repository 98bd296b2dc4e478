import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { buttons, clickAt } from '../pages/mouse.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserMouseClickXy = defineTool({
  name: 'browser_mouse_click_xy',
  title: 'Click at a place',
  description: 'Click at a place in the viewport.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  group: 'vision',
  input: z.object({
    x: z.number().describe('CSS pixels'),
    y: z.number().describe('CSS pixels'),
    button: z.enum(buttons).optional().describe('Default left'),
    clickCount: z.int().min(1).max(3).optional().describe('Default 1'),
    delay: z.number().max(10_000).optional().describe('Milliseconds held'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => clickAt(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
