/** `file_patch` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { applyPatch } from '../patch/apply.ts';

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
  }),
  run: (input, ctx) =>
    ctx.domain.operation('patch', 'patch', async () => {
      const results = await applyPatch(ctx.domain, input.patch, { dryRun: input.dry_run ?? false, signal: ctx.signal });
      return { files: results.length, fuzz: Math.max(...results.map(({ fuzz }) => fuzz)), results };
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
          return `${action} ${path}${moveTo === undefined ? '' : ` -> ${moveTo}`} (${details.join(', ')})`;
        }),
      )
      .join('\n'),
});
