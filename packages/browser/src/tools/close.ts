import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { unlisted } from './fields.ts';

export const browserClose = defineTool({
  name: 'browser_close',
  title: 'Close',
  description: 'Close all your tabs and forget cookies and logins.',
  effect: 'destroy',
  scope: 'browser:act',
  idempotent: true,
  input: z.object({}),
  output: unlisted(z.object({ closed: z.boolean().describe('Whether anything was open') })),
  run: async (_, { domain, principal }) => ({ closed: await domain.closeSession(principal) }),
  render: ({ closed }) => (closed ? 'All tabs are closed.' : 'Nothing was open.'),
});
