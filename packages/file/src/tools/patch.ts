/** `file_patch` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { applyPatch } from '../patch/apply.ts';
import { showName } from '../workspace/names.ts';

export const patch = defineTool({
  name: 'file_patch',
  title: 'Apply a patch',
  description:
    'Applies a patch to one or more files, all of it or nothing: "*** Begin Patch" with Add, Update, Delete File and Move to, or a unified diff. Places are found by context.',
  effect: 'destroy',
  scope: 'file:write',
  group: 'patch',
  input: z.object({
    patch: z.string().describe('The patch.'),
    dry_run: z.boolean().optional().describe('Only find out whether it fits.'),
  }),
  output: z.object({
    files: z.int().describe('Files changed.'),
    fuzz: z.int().describe('0: exact; 1, 2: whitespace, 3: typographic characters differed.'),
    changes: z
      .array(
        z.object({
          action: z.enum(['added', 'updated', 'deleted', 'moved']),
          path: z.string(),
          move_to: z.string().optional(),
          hunks: z.int(),
          fuzz: z.int(),
          version: z.string().optional(),
        }),
      )
      .describe('Each file, in order.'),
  }),
  run: (input, ctx) =>
    ctx.domain.operation('patch', 'patch', async () => {
      const results = await applyPatch(ctx.domain, input.patch, { dryRun: input.dry_run ?? false, signal: ctx.signal });
      const changes = results.map(({ moveTo, ...rest }) => ({ ...rest, ...(moveTo !== undefined && { move_to: moveTo }) }));
      return { files: results.length, fuzz: Math.max(...results.map(({ fuzz }) => fuzz)), changes, results };
    }),
  render: ({ results }, { dry_run }) =>
    (dry_run ? ['It fits. Nothing was changed.'] : [])
      .concat(
        results.map(({ action, path, moveTo, hunks, fuzz, version }) => {
          const details = [
            `${hunks} hunks`,
            ...(fuzz > 0 ? [`fuzz ${fuzz}`] : []),
            ...(version === undefined ? [] : [`version ${version}`]),
          ];
          return `${action} ${showName(path)}${moveTo === undefined ? '' : ` -> ${showName(moveTo)}`} (${details.join(', ')})`;
        }),
      )
      .join('\n'),
});
