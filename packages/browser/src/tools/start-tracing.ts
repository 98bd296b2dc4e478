import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { unlisted } from './fields.ts';

export const browserStartTracing = defineTool({
  name: 'browser_start_tracing',
  title: 'Start a trace',
  description: 'Record actions, pictures and network of your tabs for the Playwright trace viewer.',
  effect: 'write',
  scope: 'browser:act',
  group: 'devtools',
  input: z.object({}),
  output: unlisted(z.object({ recording: z.boolean().describe('True') })),
  async run(_, { domain, principal }) {
    await (await domain.session(principal)).recordings.startTracing();
    return { recording: true };
  },
  render: () => 'The trace is being recorded. End it with browser_stop_tracing.',
});
