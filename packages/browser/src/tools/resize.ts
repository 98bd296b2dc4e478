import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { resize } from '../pages/actions.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserResize = defineTool({
  name: 'browser_resize',
  title: 'Resize',
  description: 'Change the viewport of the page.',
  effect: 'destroy',
  scope: 'browser:act',
  minor: true,
  openWorld: true,
  idempotent: true,
  input: z.object({
    width: z.number().int().min(100).max(8000).describe('CSS pixels'),
    height: z.number().int().min(100).max(8000).describe('CSS pixels'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => resize(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
