import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { navigate } from '../pages/navigate.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserNavigate = defineTool({
  name: 'browser_navigate',
  title: 'Open a URL',
  description: 'Open a URL; the answer shows the page.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({
    url: z.string().describe('Address'),
    waitUntil: z.enum(['load', 'domcontentloaded', 'networkidle']).optional().describe('Default load'),
    newTab: z.boolean().optional().describe('In a new tab'),
    snapshot,
    tabId,
  }),
  output: report,
  async run({ url, ...rest }, { domain, principal, signal }) {
    return navigate(await domain.session(principal), url, { ...rest, signal });
  },
  render: renderReport,
});
