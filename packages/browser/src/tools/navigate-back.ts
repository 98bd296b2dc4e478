import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { travel } from '../pages/navigate.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserNavigateBack = defineTool({
  name: 'browser_navigate_back',
  title: 'Go back',
  description: 'Go back in the history of a tab.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({ snapshot, tabId }),
  output: report,
  run: async (input, { domain, principal, signal }) => travel(await domain.session(principal), 'back', { ...input, signal }),
  render: renderReport,
});
