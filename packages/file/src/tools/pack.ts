/** `file_pack` */
import { z } from 'zod';
import { packArchive } from '../archive/pack.ts';
import { defineTool } from '../define-tool.ts';
import { omission } from './parameters.ts';
import { showName } from '../workspace/names.ts';

export const pack = defineTool({
  name: 'file_pack',
  title: 'Pack an archive',
  description: 'Packs a file, or what is in a folder, into a .zip, .tar, .tar.gz or .tgz. Links are left out.',
  effect: 'destroy',
  scope: 'file:write',
  group: 'archive',
  input: z.object({
    source: z.string().describe('File or folder.'),
    archive: z.string().describe('Path of the archive; its ending says the format.'),
    overwrite: z.boolean().optional().describe('Replace an archive there.'),
    ignored: z.boolean().optional().describe('Include what .gitignore leaves out.'),
  }),
  output: z.object({
    entries: z.int().describe('Files and empty folders packed.'),
    bytes: z.int().describe('Size of the archive.'),
    ...omission,
  }),
  run: ({ source, archive, overwrite = false, ignored = false }, ctx) =>
    ctx.domain.operation('pack', source, async () => {
      const result = await packArchive(ctx.domain, { source, archive, overwrite, ignored, signal: ctx.signal });
      return { ...result, ...result.leftOut.facts };
    }),
  render: ({ entries, bytes, leftOut }, { archive }) =>
    [`Packed ${entries} entries into ${showName(archive)}: ${bytes} bytes.`, ...leftOut.notes].join('\n'),
});
