import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { navigate } from '../pages/navigate.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserNavigate = defineTool({
  name: 'browser_navigate',
  title: 'Open a URL',
  description: 'Open a URL; the answer shows the page or its start.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({
    url: z.string().min(1).max(100_000).describe('Address'),
    newTab: z.boolean().optional().describe('Open a new tab for it'),
    snapshot,
    tabId,
  }),
  output: report,
  async run({ url, ...rest }, { domain, principal, signal }) {
    return navigate(await domain.session(principal), url, { ...rest, signal });
  },
  render: renderReport,
});
