import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { unlisted } from './fields.ts';

export const browserStopVideo = defineTool({
  name: 'browser_stop_video',
  title: 'End the video',
  description: 'End the video and save it to a file in the workspace.',
  effect: 'write',
  scope: 'browser:act',
  group: 'devtools',
  input: z.object({}),
  output: unlisted(
    z.object({
      path: z.string().describe('File written'),
      bytes: z.number().describe('Its size'),
      seconds: z.number().describe('Its length'),
    }),
  ),
  run: async (_, { domain, principal }) => (await domain.session(principal)).recordings.stopVideo(),
  render: ({ path, bytes, seconds }) => `Saved to ${path} (${seconds} s, ${bytes} bytes).`,
});
