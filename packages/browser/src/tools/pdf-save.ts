import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { savePdf } from '../pages/pdf.ts';
import { tabId, unlisted } from './fields.ts';

export const browserPdfSave = defineTool({
  name: 'browser_pdf_save',
  title: 'Save as PDF',
  description: 'Print the page to a PDF file in the workspace.',
  effect: 'write',
  scope: 'browser:act',
  openWorld: true,
  group: 'pdf',
  input: z.object({ filename: z.string().optional().describe('Default: by the title of the page'), tabId }),
  output: unlisted(z.object({ path: z.string().describe('File written'), bytes: z.number().describe('Its size') })),
  run: async (input, { domain, principal, signal }) => savePdf(await domain.session(principal), { ...input, signal }),
  render: ({ path, bytes }) => `Saved to ${path} (${bytes} bytes).`,
});
