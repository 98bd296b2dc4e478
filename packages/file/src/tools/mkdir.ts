/** `file_mkdir` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { makeFolder } from '../workspace/manage.ts';
import { path } from './parameters.ts';
import { showName } from '../workspace/names.ts';

export const mkdir = defineTool({
  name: 'file_mkdir',
  title: 'Make a folder',
  description: 'Makes a folder, and those above it.',
  effect: 'write',
  group: 'manage',
  scope: 'file:write',
  idempotent: true,
  input: z.object({ path }),
  output: z.object({ created: z.boolean().describe('It is new.') }),
  run: (input, ctx) => ctx.domain.operation('mkdir', input.path, async () => ({ created: await makeFolder(ctx.domain, input.path) })),
  render: ({ created }, input) => (created ? `Made ${showName(input.path)}.` : `${showName(input.path)} was there.`),
});
