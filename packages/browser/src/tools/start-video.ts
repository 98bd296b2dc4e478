import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { tabId, unlisted } from './fields.ts';

export const browserStartVideo = defineTool({
  name: 'browser_start_video',
  title: 'Start a video',
  description: 'Record a video of a tab.',
  effect: 'write',
  scope: 'browser:act',
  group: 'devtools',
  input: z.object({
    filename: z.string().optional().describe('Default: by the time; AVI'),
    size: z
      .object({
        width: z.number().int().min(100).max(4_000).describe('Pixels'),
        height: z.number().int().min(100).max(4_000).describe('Pixels'),
      })
      .optional()
      .describe('Largest size, default 1280x720'),
    fps: z.number().int().min(1).max(30).optional().describe('Pictures a second, default 10'),
    tabId,
  }),
  output: unlisted(z.object({ tabId: z.string().describe('Tab that is recorded') })),
  async run({ size = { width: 1_280, height: 720 }, fps = 10, ...rest }, { domain, principal }) {
    const { recordings } = await domain.session(principal);
    return { tabId: await recordings.startVideo({ ...rest, ...size, fps }) };
  },
  render: ({ tabId: tab }) => `Tab ${tab} is being recorded. End it with browser_stop_video.`,
});
