import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { unlisted } from './fields.ts';

export const browserRouteList = defineTool({
  name: 'browser_route_list',
  title: 'Mocked requests',
  description: 'List the routes that browser_route set.',
  effect: 'read',
  scope: 'browser:read',
  group: 'network',
  input: z.object({}),
  output: unlisted(
    z.object({
      routes: z
        .array(z.object({ pattern: z.string(), status: z.number().optional(), abort: z.boolean().optional() }))
        .describe('Oldest first'),
    }),
  ),
  async run(_, { domain, principal }) {
    const { mocks } = await domain.session(principal);
    return { routes: mocks.list.map((mock) => ({ ...mock })) };
  },
  render: ({ routes }) =>
    routes.length === 0
      ? 'No routes.'
      : routes
          .map(({ pattern, status, body, abort }) => {
            const answered = status !== undefined || body !== undefined;
            return `- ${pattern}: ${abort ? 'fails' : answered ? `answered with ${status ?? 200}` : 'goes on with other headers'}`;
          })
          .join('\n'),
});
