import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { toMarkdown } from '../pages/markdown.ts';
import { filename, tabId, target, unlisted } from './fields.ts';
import { renderPart } from './render-part.ts';

export const browserGetMarkdown = defineTool({
  name: 'browser_get_markdown',
  title: 'Markdown',
  description: 'Main content of the page as Markdown.',
  effect: 'read',
  scope: 'browser:read',
  openWorld: true,
  input: z.object({
    target: target.optional(),
    all: z.boolean().optional().describe('Menus too'),
    maxChars: z.int().optional().describe('Default 40000'),
    filename,
    tabId,
  }),
  output: unlisted(
    z.object({
      url: z.string().describe('Page URL'),
      cursor: z.string().optional().describe('For the rest, with browser_snapshot'),
      path: z.string().optional().describe('File written'),
    }),
  ),
  run: async ({ maxChars = 40_000, ...input }, { domain, principal, signal }) =>
    toMarkdown(await domain.session(principal), { ...input, maxChars, signal }),
  render: renderPart,
});
