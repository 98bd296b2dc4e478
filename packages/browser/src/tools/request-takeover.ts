import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { askHuman } from '../human/ask.ts';
import { unlisted } from './fields.ts';
import { renderReport } from './render-report.ts';

const said = {
  given_back: 'A person took over and gave the browser back.',
  declined: 'The person declined.',
  nobody_came: 'Nobody took over in time.',
  still_held: 'A person is still at work. Call again to wait on.',
} as const;

export const browserRequestTakeover = defineTool(
  {
    name: 'browser_request_takeover',
    title: 'Ask a person to take over',
    description: 'Ask a person to do what you cannot or may not (login, captcha, payment); waits, then tells what changed.',
    effect: 'write',
    scope: 'browser:act',
    openWorld: true,
    group: 'human',
    input: z.object({
      reason: z.string().min(1).max(1_000).describe('Why a person is needed'),
      need: z.string().min(1).max(1_000).describe('What to do, and when it is done'),
      timeout: z.number().int().min(1_000).max(1_500_000).optional().describe('Longest wait, default 300000 ms'),
    }),
    output: unlisted(
      z.object({
        status: z.enum(['given_back', 'declined', 'nobody_came', 'still_held']).describe('How it ended'),
        notes: z.array(z.string()).describe('What the person says'),
        url: z.string().describe('Page now'),
        changed: z.boolean().describe('Whether the page looks other than before'),
      }),
    ),
    run: async ({ reason, need, timeout = 300_000 }, ctx) => askHuman(ctx, { reason, need, timeoutMs: timeout }),
    render: ({ status, notes, tabs, ...report }) =>
      [
        said[status],
        ...notes.map((note) => `- Note: ${note}`),
        `### Open tabs\n${tabs.map((tab) => `- ${tab}`).join('\n')}`,
        renderReport(report),
      ].join('\n'),
  },
  { whileHeld: true },
);
