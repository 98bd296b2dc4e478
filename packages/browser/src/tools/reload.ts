import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { travel } from '../pages/navigate.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserReload = defineTool({
  name: 'browser_reload',
  title: 'Reload',
  description: 'Load the page in a tab again.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  group: 'navigation',
  input: z.object({ snapshot, tabId }),
  output: report,
  run: async (input, { domain, principal, signal }) => travel(await domain.session(principal), 'reload', { ...input, signal }),
  render: renderReport,
});
