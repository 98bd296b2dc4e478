import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { continueText, readPage } from '../pages/read-page.ts';
import { filename, tabId, target, unlisted } from './fields.ts';
import { renderPart } from './render-part.ts';

/** Room for the head of the answer: address, title, notes. */
const headChars = 700;

export const browserSnapshot = defineTool({
  name: 'browser_snapshot',
  title: 'Snapshot',
  description: 'The page as text with refs; for large pages choose a scope.',
  effect: 'read',
  scope: 'browser:read',
  openWorld: true,
  input: z.object({
    target: target.optional().describe('Only this element'),
    scope: z.enum(['page', 'viewport', 'interactive']).optional().describe('Default page'),
    depth: z.int().optional().describe('Levels'),
    boxes: z.boolean().optional().describe('With boxes'),
    maxChars: z.int().optional().describe('Default 40000'),
    cursor: z.string().optional().describe('Where an answer was cut'),
    filename,
    tabId,
  }),
  output: unlisted(
    z.object({
      url: z.string().describe('Page URL'),
      lines: z.number().describe('Lines shown'),
      left: z.number().describe('Characters left out'),
      cursor: z.string().optional().describe('For the rest'),
      path: z.string().optional().describe('File written'),
    }),
  ),
  async run({ cursor, maxChars = 40_000, ...rest }, { domain, principal, signal }) {
    const session = await domain.session(principal);
    return cursor === undefined
      ? readPage(session, { ...rest, maxChars: maxChars - headChars, signal })
      : continueText(session, cursor, maxChars - headChars);
  },
  render: renderPart,
});
