import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { toMarkdown } from '../pages/markdown.ts';
import { continueText } from '../pages/read-page.ts';
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
    cursor: z.string().optional().describe('Where an answer was cut'),
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
  async run({ maxChars = 40_000, cursor, ...input }, { domain, principal, signal }) {
    const session = await domain.session(principal);
    return cursor === undefined ? toMarkdown(session, { ...input, maxChars, signal }) : continueText(session, cursor, maxChars);
  },
  render: renderPart,
});
