/** code_info: what there is to run code with. */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { nodeInfo, pythonInfo } from '../install/packages.ts';

const runtimes = ['python', 'javascript'] as const;

export const info = defineTool({
  name: 'code_info',
  title: 'Show runtimes',
  description: 'Versions of Python and Node.js, and the packages that code can import.',
  effect: 'read',
  scope: 'code:read',
  example: { language: 'javascript' },
  input: z.object({ language: z.enum(runtimes).optional().describe('Default: both') }),
  output: z.object({
    runtimes: z
      .array(
        z.object({
          language: z.enum(runtimes),
          version: z.string(),
          path: z.string(),
          available: z.boolean(),
          packages: z.array(z.string()),
          note: z.string().optional(),
        }),
      )
      .describe('Packages as name@version'),
  }),
  async run({ language }, ctx) {
    const asked = language === undefined ? runtimes : [language];
    const found = asked.map((one) => (one === 'python' ? pythonInfo(ctx.domain) : nodeInfo(ctx.domain)));
    return { runtimes: await Promise.all(found) };
  },
  render: ({ runtimes: found }) =>
    found
      .map(({ language, version, path, packages, note, available }) =>
        available
          ? `${language} ${version} (${path})${note ? `; ${note}` : ''}\n${packages.join(' ') || 'no packages'}`
          : `${language} is not available: ${note ?? ''}`,
      )
      .join('\n\n'),
});
