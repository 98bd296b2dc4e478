/** `file_edit` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { editFile } from '../workspace/edit.ts';
import { ifVersion, path, version } from './parameters.ts';

export const edit = defineTool({
  name: 'file_edit',
  title: 'Edit a file',
  description:
    'Replaces exact text or inserts lines; everything else stays byte for byte. All edits refer to the file as it is before the call; all are made or none.',
  effect: 'destroy',
  scope: 'file:write',
  input: z.object({
    path,
    edits: z
      .array(
        z.strictObject({
          old_string: z.string().optional().describe('Text that is there exactly once.'),
          insert_line: z.int().min(0).optional().describe('Instead of old_string: insert after this line, 0 = at the start.'),
          new_string: z.string().describe('New text.'),
          replace_all: z.boolean().optional().describe('Replace every place.'),
        }),
      )
      .min(1)
      .max(500)
      .describe('Edits.'),
    match: z.enum(['exact', 'relaxed']).default('exact').describe('relaxed: whitespace and typographic quotes may differ.'),
    encoding: z.string().default('auto').describe('Of the file.'),
    dry_run: z.boolean().default(false).describe('Only show the diff.'),
    if_version: ifVersion,
  }),
  output: z.object({ replacements: z.int().describe('Places changed.'), version }),
  run: (input, ctx) =>
    ctx.domain.operation('edit', input.path, () =>
      editFile(ctx.domain, { ...input, dryRun: input.dry_run, ifVersion: input.if_version, signal: ctx.signal }),
    ),
  render: ({ replacements, diff }, { path: edited, dry_run }) =>
    `${dry_run ? 'Would change' : 'Changed'} ${replacements} ${replacements === 1 ? 'place' : 'places'} in ${edited}.\n${diff.text}`,
});
