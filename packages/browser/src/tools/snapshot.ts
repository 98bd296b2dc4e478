import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { continueText, readPage } from '../pages/read-page.ts';
import { tabId, target } from './fields.ts';
import { renderPart } from './render-part.ts';

export const browserSnapshot = defineTool({
  name: 'browser_snapshot',
  title: 'Snapshot of the page',
  description: 'Accessibility snapshot of the page, with refs. For large pages choose a scope or a target.',
  effect: 'read',
  scope: 'browser:read',
  openWorld: true,
  input: z.object({
    target: target.optional().describe('Only this element'),
    scope: z.enum(['page', 'viewport', 'interactive']).optional().describe('What to show; default page'),
    depth: z.number().int().min(1).optional().describe('Levels'),
    boxes: z.boolean().optional().describe('Add bounding boxes'),
    maxChars: z.number().int().min(200).max(100_000).optional().describe('Default 40000'),
    cursor: z.string().optional().describe('Continue a cut answer'),
    filename: z.string().optional().describe('Write to this workspace file instead'),
    tabId,
  }),
  output: z.object({
    url: z.string().describe('Page URL'),
    lines: z.number().describe('Lines shown'),
    left: z.number().describe('Characters left out'),
    cursor: z.string().optional().describe('For the rest'),
    path: z.string().optional().describe('File written'),
  }),
  async run({ cursor, maxChars = 40_000, ...rest }, { domain, principal, signal }) {
    const session = await domain.session(principal);
    return cursor === undefined ? readPage(session, { ...rest, maxChars, signal }) : continueText(session, cursor, maxChars);
  },
  render: renderPart,
});
