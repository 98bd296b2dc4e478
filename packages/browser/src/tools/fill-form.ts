import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { fillForm, fieldTypes } from '../pages/fill-form.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserFillForm = defineTool({
  name: 'browser_fill_form',
  title: 'Fill a form',
  description: 'Fill many fields at once.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({
    fields: z
      .array(
        z.object({
          target: z.string(),
          name: z.string().optional(),
          type: z.enum(fieldTypes),
          value: z.string(),
          element: z.string().optional(),
        }),
      )
      .min(1)
      .describe('Values: text, true or false, label'),
    snapshot,
    tabId,
  }),
  output: report,
  run: async (input, { domain, principal, signal }) => fillForm(await domain.session(principal), { ...input, signal }),
  render: renderReport,
});
