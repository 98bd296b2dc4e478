/** `file_stat` */
import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { showName } from '../workspace/names.ts';
import { statPath, type StatResult } from '../workspace/stat.ts';

export const stat = defineTool({
  name: 'file_stat',
  title: 'Look at paths',
  description: 'Tells kind, size, time, mode, type, encoding, lines and version of paths; for the workspace ".": limits and free space.',
  effect: 'read',
  scope: 'file:read',
  input: z.object({
    path: z.string().optional().describe('Path.'),
    paths: z.array(z.string()).min(1).max(100).optional().describe('Or several.'),
  }),
  output: z.object({
    entries: z.int().describe('Paths that exist.'),
    version: z.string().optional().describe('Of a single file.'),
  }),
  async run({ path, paths }, ctx) {
    if ((path === undefined) === (paths === undefined)) throw new ToolError('INVALID_ARGUMENT', 'Give either path or paths.');
    const results: StatResult[] = [];
    for (const each of paths ?? [path ?? '.']) {
      results.push(await ctx.domain.operation('stat', each, () => statPath(ctx.domain, each)));
    }
    const [only] = results;
    return {
      entries: results.filter(({ kind }) => kind !== 'missing').length,
      ...(results.length === 1 && only?.version !== undefined && { version: only.version }),
      results,
    };
  },
  render: ({ results }) => results.map(toLine).join('\n'),
});

function toLine({ path, kind, ...rest }: StatResult): string {
  const facts = Object.entries(rest).map(([name, value]) => `${name} ${typeof value === 'string' ? showName(value) : value}`);
  return `${showName(path)}: ${[kind, ...facts].join(', ')}`;
}
