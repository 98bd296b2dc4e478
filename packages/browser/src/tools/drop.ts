import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { drop } from '../pages/actions.ts';
import { element, report, snapshot, tabId, target } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserDrop = defineTool({
  name: 'browser_drop',
  title: 'Drop from outside',
  description: 'Drop workspace files or data onto an element, as if dragged in from another program.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  group: 'media',
  input: z.object({
    target,
    element,
    paths: z.array(z.string()).optional().describe('Files of the workspace'),
    data: z.record(z.string(), z.string()).optional().describe('Values by MIME type: {"text/plain": "hello"}'),
    snapshot,
    tabId,
  }),
  output: report,
  async run(input, { domain, principal, signal }) {
    if (!input.paths?.length && Object.keys(input.data ?? {}).length === 0) {
      throw new ToolError('INVALID_ARGUMENT', 'Nothing to drop: give paths, data, or both.');
    }
    return drop(await domain.session(principal), { ...input, signal });
  },
  render: renderReport,
});
