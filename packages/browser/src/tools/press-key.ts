import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { pressKey } from '../pages/actions.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserPressKey = defineTool({
  name: 'browser_press_key',
  title: 'Press a key',
  description: 'Press a key where the focus is.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({
    key: z.string().min(1).describe('Enter, a, Control+A'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => pressKey(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
