import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { step } from '../pages/actions.ts';
import { report, snapshot, tabId } from './fields.ts';
import { renderReport } from './render-report.ts';

export const browserEmulateMedia = defineTool({
  name: 'browser_emulate_media',
  title: 'Emulate media features',
  description: 'Show the page as for print, in dark mode, with less motion and the like.',
  effect: 'write',
  scope: 'browser:act',
  openWorld: true,
  group: 'media',
  idempotent: true,
  input: z.object({
    media: z.enum(['screen', 'print']).optional().describe('Medium'),
    colorScheme: z.enum(['light', 'dark', 'no-preference']).optional().describe('Colours'),
    reducedMotion: z.enum(['reduce', 'no-preference']).optional().describe('Motion'),
    forcedColors: z.enum(['active', 'none']).optional().describe('Forced colours'),
    contrast: z.enum(['more', 'no-preference']).optional().describe('Contrast'),
    snapshot,
    tabId,
  }),
  output: report,
  async run({ snapshot: shown, tabId: tab, ...features }, { domain, principal, signal }) {
    const session = await domain.session(principal);
    const given = Object.fromEntries(Object.entries(features).filter(([, value]) => value !== undefined));
    return step('emulate_media', session, { snapshot: shown, tabId: tab, signal }, async ({ page }) => page.emulateMedia(given));
  },
  render: renderReport,
});
