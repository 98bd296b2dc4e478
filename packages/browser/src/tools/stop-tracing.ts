import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { unlisted } from './fields.ts';

export const browserStopTracing = defineTool({
  name: 'browser_stop_tracing',
  title: 'End the trace',
  description: 'End the trace and save it to a file in the workspace.',
  effect: 'write',
  scope: 'browser:act',
  group: 'devtools',
  input: z.object({ filename: z.string().optional().describe('Default: by the time') }),
  output: unlisted(z.object({ path: z.string().describe('File written'), bytes: z.number().describe('Its size') })),
  run: async ({ filename }, { domain, principal }) => (await domain.session(principal)).recordings.stopTracing(filename),
  render: ({ path, bytes }) => `Saved to ${path} (${bytes} bytes). Show it with: npx playwright show-trace ${path}`,
});
