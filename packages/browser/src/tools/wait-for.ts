import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { waitFor } from '../pages/wait.ts';
import { report, snapshot, tabId, target } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserWaitFor = defineTool({
  name: 'browser_wait_for',
  title: 'Wait',
  description: 'Wait for text, an element or a URL.',
  effect: 'read',
  scope: 'browser:read',
  openWorld: true,
  input: z.object({
    time: z.number().max(30).optional().describe('Seconds'),
    text: z.string().optional().describe('To show'),
    textGone: z.string().optional().describe('To go'),
    target: target.optional(),
    state: z.enum(['visible', 'hidden']).optional().describe('Of target'),
    url: z.string().optional().describe('Glob'),
    timeout: z.int().optional().describe('Default 10000 ms'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => waitFor(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
