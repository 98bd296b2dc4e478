/** `file_write` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { writeFile } from '../workspace/write.ts';
import { ifVersion, path, version } from './parameters.ts';
import { showName } from '../workspace/names.ts';

export const write = defineTool({
  name: 'file_write',
  title: 'Write a file',
  description: 'Writes a whole file, or appends; makes missing folders.',
  effect: 'destroy',
  scope: 'file:write',
  input: z.object({
    path,
    content: z.string().describe('Text, or base64.'),
    encoding: z.string().default('utf-8').describe('base64, utf-16le, gbk, …'),
    mode: z.enum(['overwrite', 'create', 'append']).default('overwrite').describe('create: must be new.'),
    if_version: ifVersion,
    create_dirs: z.boolean().default(true).describe('Make folders.'),
  }),
  output: z.object({
    bytes: z.int().describe('File size.'),
    created: z.boolean().describe('New.'),
    version,
  }),
  run: (input, ctx) =>
    ctx.domain.operation('write', input.path, () =>
      writeFile(ctx.domain, { ...input, ifVersion: input.if_version, createDirs: input.create_dirs, signal: ctx.signal }),
    ),
  render({ bytes, created, diff }, { path: written, mode }) {
    const done = created ? 'Created' : mode === 'append' ? 'Appended to' : 'Wrote';
    return `${done} ${showName(written)}: ${bytes} bytes.${diff?.text ? `\n${diff.text}` : ''}`;
  },
});
