import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { consoleLevels } from '../pages/console-log.ts';
import { deliver } from '../pages/read-page.ts';
import { clean } from '../pages/snapshot.ts';
import { filename, tabId, unlisted } from './fields.ts';
import { renderText } from './render-part.ts';

export const browserConsoleMessages = defineTool({
  name: 'browser_console_messages',
  title: 'Console messages',
  description: 'What the page wrote to its console.',
  effect: 'read',
  scope: 'browser:read',
  minor: true,
  openWorld: true,
  input: z.object({
    level: z.enum(consoleLevels).describe('Least severity'),
    all: z.boolean().optional().describe('Earlier pages too'),
    limit: z.number().int().min(1).max(1000).optional().describe('Newest, default 100'),
    filename,
    tabId,
  }),
  output: unlisted(
    z.object({
      total: z.number().describe('Messages of that level'),
      cursor: z.string().optional().describe('For the rest'),
      path: z.string().optional().describe('File written'),
    }),
  ),
  async run({ level, all = false, limit = 100, filename: file, tabId: tab }, { domain, principal }) {
    const session = await domain.session(principal);
    const messages = (await session.tab(tab)).console.list(level, all);
    const lines = messages.slice(-limit).map(({ level: severity, text, place }) => `[${severity}] ${text}${place && ` (${place})`}`);
    return { total: messages.length, ...(await deliver(session, clean(lines.join('\n')), { filename: file, maxChars: 20_000 })) };
  },
  render: (part) => renderText(part, `${part.total} messages`),
});
