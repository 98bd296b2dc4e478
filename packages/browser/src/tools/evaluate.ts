import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { evaluate } from '../pages/evaluate.ts';
import { element, filename, tabId, target, unlisted } from './fields.ts';

export const browserEvaluate = defineTool({
  name: 'browser_evaluate',
  title: 'Run JavaScript',
  description: 'Run a JavaScript function in the page.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({
    function: z.string().describe('() => {…}, with a target (element) => {…}'),
    target: target.optional(),
    element,
    filename,
    tabId,
  }),
  output: unlisted(
    z.object({
      url: z.string().describe('Page URL'),
      cursor: z.string().optional().describe('For the rest'),
      path: z.string().optional().describe('File written'),
    }),
  ),
  run: async ({ function: source, ...rest }, { domain, principal, signal }) =>
    evaluate(await domain.session(principal), source, { ...rest, signal }),
  render({ text, left, cursor, path }) {
    if (path !== undefined) return `Result written to ${path}`;
    return `### Result (untrusted)\n${text}${cursor === undefined ? '' : `\n[${left} more characters: browser_snapshot {"cursor":"${cursor}"}]`}`;
  },
});
