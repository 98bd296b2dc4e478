/** `file_stat` */
import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import type { Limits } from '../limits.ts';
import { showName } from '../workspace/names.ts';
import { statPath, type StatResult } from '../workspace/stat.ts';

const mostPaths = 100;

export const stat = defineTool({
  name: 'file_stat',
  title: 'Look at paths',
  description: 'Kind, size, time, mode, encoding, lines and version of paths; free space of ".".',
  effect: 'read',
  group: 'manage',
  scope: 'file:read',
  input: z.object({
    path: z.string().optional().describe('Path.'),
    paths: z.array(z.string()).optional().describe('Or several.'),
  }),
  output: z.object({
    entries: z.int().describe('Existing.'),
    version: z.string().optional().describe('If one file.'),
    paths: z
      .array(
        z.object({
          path: z.string(),
          kind: z.enum(['file', 'folder', 'link', 'fifo', 'socket', 'device', 'missing']),
          size: z.int().optional().describe('Bytes.'),
          mtime: z.string().optional().describe('ISO 8601.'),
          mode: z.string().optional().describe('Octal.'),
          mime: z.string().optional(),
          encoding: z.string().optional(),
          lines: z.int().optional().describe('Of text up to 1 MiB.'),
          version: z.string().optional(),
          target: z.string().optional().describe('Of a link.'),
          read_only: z.boolean().optional(),
          free: z.int().optional().describe('Bytes free on the disk of a root.'),
        }),
      )
      .describe('Each path, in order.'),
    limits: z.record(z.string(), z.int()).optional().describe('Of the server, when one is a root.'),
  }),
  async run({ path, paths }, ctx) {
    if (paths && (paths.length === 0 || paths.length > mostPaths))
      throw new ToolError('INVALID_ARGUMENT', `${paths.length} paths; 1 to ${mostPaths} are taken.`);
    if ((path === undefined) === (paths === undefined)) throw new ToolError('INVALID_ARGUMENT', 'Give either path or paths.');
    const results: StatResult[] = [];
    for (const each of paths ?? [path ?? '.']) {
      results.push(await ctx.domain.operation('stat', each, () => statPath(ctx.domain, each)));
    }
    const [only] = results;
    return {
      entries: results.filter(({ kind }) => kind !== 'missing').length,
      ...(results.length === 1 && only?.version !== undefined && { version: only.version }),
      paths: results,
      ...(results.some(({ free }) => free !== undefined) && { limits: named(ctx.domain.limits) }),
    };
  },
  render({ paths, limits }) {
    const most = Object.entries(limits ?? {}).map(([name, value]) => `${name} ${value}`);
    return [...paths.map(toLine), ...(most.length > 0 ? [`limits: ${most.join(', ')}`] : [])].join('\n');
  },
});

/** By names as arguments and facts have them. */
function named(limits: Limits): Record<string, number> {
  const entries = Object.entries(limits);
  return Object.fromEntries(entries.map(([name, most]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), most]));
}

function toLine({ path, kind, ...rest }: StatResult): string {
  const facts = Object.entries(rest).map(([name, value]) => `${name} ${typeof value === 'string' ? showName(value) : value}`);
  return `${showName(path)}: ${[kind, ...facts].join(', ')}`;
}
