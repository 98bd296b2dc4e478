/** code_install: packages into the workspace. */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { installPackages } from '../install/install.ts';

export const install = defineTool({
  name: 'code_install',
  title: 'Install packages',
  description: 'Install packages into the workspace (.venv, node_modules); running contexts can import them at once.',
  effect: 'write',
  openWorld: true,
  scope: 'code:exec',
  input: z.object({
    manager: z.enum(['pip', 'npm']).describe('Whose packages'),
    packages: z.array(z.string().min(1).max(300)).min(1).max(50).describe('Names, with versions if wanted: "numpy==2.1", "zod@4"'),
    timeout: z.number().positive().max(1800).default(600).describe('Seconds'),
  }),
  output: z.object({
    ok: z.boolean().describe('All were installed'),
    exit_code: z.int().describe('Of pip or npm'),
    folder: z.string().describe('Where they are, relative to the workspace'),
  }),
  run: ({ manager, packages, timeout }, ctx) => installPackages(ctx.domain, { manager, packages, timeoutMs: timeout * 1000 }, ctx),
  render: ({ output, ok, exit_code: code, folder }) =>
    `${output}\n[${ok ? `installed into ${folder}` : `failed with exit code ${code}`}]`.trim(),
});
