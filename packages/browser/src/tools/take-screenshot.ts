import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { takeScreenshot } from '../pages/screenshot.ts';
import { element, filename, tabId, target, unlisted } from './fields.ts';

export const browserTakeScreenshot = defineTool({
  name: 'browser_take_screenshot',
  title: 'Screenshot',
  description: 'Picture of the page; for refs use browser_snapshot.',
  effect: 'read',
  scope: 'browser:read',
  openWorld: true,
  input: z.object({
    target: target.optional().describe('Only this element'),
    element,
    type: z.enum(['png', 'jpeg', 'webp']).optional().describe('Default jpeg'),
    fullPage: z.boolean().optional().describe('Whole page'),
    quality: z.int().min(1).max(100).optional().describe('Default 75'),
    scale: z.enum(['css', 'device']).optional().describe('Default css'),
    annotate: z.boolean().optional().describe('Labels with refs'),
    maxWidth: z.int().min(16).max(4096).optional().describe('Default 1280'),
    filename,
    tabId,
  }),
  output: unlisted(
    z.object({
      url: z.string().describe('Page URL'),
      width: z.number().describe('Pixels'),
      height: z.number().describe('Pixels'),
      scale: z.number().describe('Picture pixels per CSS pixel'),
      path: z.string().optional().describe('File written'),
    }),
  ),
  run: async (input, { domain, principal, signal }) => takeScreenshot(await domain.session(principal), { ...input, signal }),
  render({ url, width, height, scale, cut, mimeType, data, path }) {
    const facts = [
      `${width}x${height} pixels of ${url.slice(0, 300)}`,
      ...(scale === 1 ? [] : [`scale ${scale}`]),
      ...(cut > 0 ? [`${cut} CSS pixels at the bottom left out`] : []),
    ];
    if (path !== undefined) return `${facts.join(', ')}; written to ${path}`;
    return [
      { type: 'text', text: facts.join(', ') },
      { type: 'image', data, mimeType },
    ];
  },
});
