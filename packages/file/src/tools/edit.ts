/** `file_edit` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { editFile } from '../workspace/edit.ts';
import { ifVersion, path, version } from './parameters.ts';
import { showName } from '../workspace/names.ts';

export const edit = defineTool({
  name: 'file_edit',
  title: 'Edit a file',
  description: 'Replaces exact text or inserts lines. Edits refer to the file before the call; all or none are made.',
  effect: 'destroy',
  scope: 'file:write',
  input: z.object({
    path,
    edits: z
      .array(
        z.strictObject({
          old_string: z.string().optional().describe('Text that occurs once.'),
          insert_line: z.int().min(0).optional().describe('Or: insert after this line (0: start).'),
          new_string: z.string().describe('New text.'),
          replace_all: z.boolean().optional().describe('Every occurrence.'),
        }),
      )
      .describe('Edits.'),
    match: z.enum(['exact', 'relaxed']).default('exact').describe('relaxed: whitespace may differ.'),
    encoding: z.string().default('auto').describe('As gbk.'),
    dry_run: z.boolean().optional().describe('Only diff.'),
    if_version: ifVersion,
  }),
  output: z.object({ replacements: z.int().describe('Count.'), version }),
  run: (input, ctx) =>
    ctx.domain.operation('edit', input.path, () =>
      editFile(ctx.domain, { ...input, dryRun: input.dry_run ?? false, ifVersion: input.if_version, signal: ctx.signal }),
    ),
  render: ({ replacements, diff }, { path: edited, dry_run }) =>
    `${dry_run ? 'Would change' : 'Changed'} ${replacements} ${replacements === 1 ? 'place' : 'places'} in ${showName(edited)}.\n${diff.text}`,
});
