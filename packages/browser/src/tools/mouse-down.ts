import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { buttons, pressButton } from '../pages/mouse.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserMouseDown = defineTool({
  name: 'browser_mouse_down',
  title: 'Press a mouse button',
  description: 'Press a mouse button where the mouse is.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  group: 'vision',
  input: z.object({
    button: z.enum(buttons).optional().describe('Default left'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => pressButton(await domain.session(principal), { ...input, press: true, signal }),
  render: renderReport,
});
