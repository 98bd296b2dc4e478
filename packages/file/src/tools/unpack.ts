/** `file_unpack` */
import { z } from 'zod';
import { extractArchive } from '../archive/extract.ts';
import { defineTool } from '../define-tool.ts';
import { showName } from '../workspace/names.ts';

const shownNames = 200;

export const unpack = defineTool({
  name: 'file_unpack',
  title: 'Unpack an archive',
  description: 'Unpacks a zip, tar or tar.gz into a folder, or lists it. Links, devices and names that lead out are refused one by one.',
  effect: 'destroy',
  scope: 'file:write',
  group: 'archive',
  input: z.object({
    archive: z.string().describe('Path of the archive.'),
    destination: z.string().default('.').describe('Folder; made when it is missing.'),
    overwrite: z.boolean().optional().describe('Replace files there.'),
    list: z.boolean().optional().describe('Only tell what is in it.'),
  }),
  output: z.object({
    entries: z.int().describe('Entries unpacked, or listed.'),
    bytes: z.int().describe('Their bytes.'),
    refused: z.int().describe('Entries refused.'),
  }),
  run: ({ archive, destination, overwrite = false, list = false }, ctx) =>
    ctx.domain.operation('unpack', archive, async () => {
      const result = await extractArchive(ctx.domain, { archive, destination, overwrite, list, signal: ctx.signal });
      return { entries: result.entries.length, bytes: result.bytes, refused: result.refused.length, result };
    }),
  render({ result: { entries, refused, bytes } }, { archive, list }) {
    const lines = [`${list ? 'Listed' : 'Unpacked'} ${showName(archive)}: ${entries.length} entries, ${bytes} bytes.`];
    lines.push(
      ...entries.slice(0, shownNames).map((entry) => `${showName(entry.name)}${entry.name.endsWith('/') ? '' : ` ${entry.bytes}`}`),
    );
    if (entries.length > shownNames) lines.push(`… ${entries.length - shownNames} more`);
    lines.push(...refused.slice(0, shownNames).map(({ name, why }) => `refused ${showName(name)}: ${why}`));
    return lines.join('\n');
  },
});
