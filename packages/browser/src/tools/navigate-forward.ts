import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { travel } from '../pages/navigate.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserNavigateForward = defineTool({
  name: 'browser_navigate_forward',
  title: 'Go forward',
  description: 'Go forward in the history of a tab.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  group: 'navigation',
  input: z.object({ snapshot, tabId }),
  output: report,
  run: async (input, { domain, principal, signal }) => travel(await domain.session(principal), 'forward', { ...input, signal }),
  render: renderReport,
});
