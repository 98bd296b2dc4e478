import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { evaluate } from '../pages/evaluate.ts';
import { element, tabId, target } from './fields.ts';

export const browserEvaluate = defineTool({
  name: 'browser_evaluate',
  title: 'Run JavaScript in the page',
  description: 'Run a JavaScript function in the page; its result comes back as JSON.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({
    function: z.string().min(1).max(1_000_000).describe('() => {…}, or (element) => {…} with a target'),
    target: target.optional().describe('Element to pass'),
    element,
    filename: z.string().min(1).optional().describe('Write the result to this workspace file'),
    tabId,
  }),
  output: z.object({
    url: z.string().describe('Page URL'),
    cursor: z.string().optional().describe('For the rest'),
    path: z.string().optional().describe('File written'),
  }),
  run: async ({ function: source, ...rest }, { domain, principal, signal }) =>
    evaluate(await domain.session(principal), source, { ...rest, signal }),
  render({ text, left, cursor, path }) {
    if (path !== undefined) return `Result written to ${path}`;
    return `### Result (untrusted)\n${text}${cursor === undefined ? '' : `\n[${left} more characters: browser_snapshot {"cursor":"${cursor}"}]`}`;
  },
});
