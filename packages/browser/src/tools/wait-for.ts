import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { waitFor } from '../pages/wait.ts';
import { report, snapshot, tabId, target } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserWaitFor = defineTool({
  name: 'browser_wait_for',
  title: 'Wait',
  description: 'Wait for text, an element or a URL. Actions wait for their own effect already.',
  effect: 'read',
  scope: 'browser:read',
  openWorld: true,
  input: z.object({
    time: z.number().positive().max(30).optional().describe('Seconds'),
    text: z.string().min(1).optional().describe('Text to show'),
    textGone: z.string().min(1).optional().describe('Text to go'),
    target: target.optional().describe('Element'),
    state: z.enum(['visible', 'hidden']).optional().describe('Of the target; default visible'),
    url: z.string().min(1).optional().describe('Glob of the URL'),
    timeout: z.number().int().min(1).max(600_000).optional().describe('Milliseconds, default 10000'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => waitFor(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
