import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { uploadFiles } from '../pages/actions.ts';
import { report, snapshot, tabId, target } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserFileUpload = defineTool({
  name: 'browser_file_upload',
  title: 'Upload files',
  description: 'Give workspace files to the file chooser or an input.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({
    paths: z.array(z.string()).optional().describe('None closes the chooser'),
    target: target.optional().describe('File input'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => uploadFiles(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
