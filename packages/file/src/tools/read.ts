/** `file_read` */
import type { Content } from '@sandlot/core';
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { splitLines } from '../edit/splice.ts';
import { readFile, type ReadText } from '../workspace/read.ts';
import { path } from './parameters.ts';

export const read = defineTool({
  name: 'file_read',
  title: 'Read a file',
  description: 'Reads lines of text, an image, or bytes in base64.',
  effect: 'read',
  scope: 'file:read',
  input: z.object({
    path,
    offset: z.int().default(1).describe('First line (base64: byte) from 1; negative: from end.'),
    limit: z.int().min(1).optional().describe('Most lines (2000) or bytes.'),
    line_numbers: z.boolean().optional().describe('Prefix "N|".'),
    encoding: z.string().default('auto').describe('As gbk.'),
    as: z.enum(['auto', 'text', 'base64', 'image']).default('auto').describe('Form.'),
    max_bytes: z.int().min(1).max(4_000_000).optional().describe('Default 50000; set: long lines uncut.'),
  }),
  output: z.object({
    start_line: z.int().optional().describe('First.'),
    end_line: z.int().optional().describe('Last.'),
    total_lines: z.int().optional().describe('Of the file.'),
    next_offset: z.int().optional().describe('Go on here.'),
    bytes: z.int().describe('File size.'),
    version: z.string().describe('Version.'),
    encoding: z.string().optional().describe('Name.'),
    eol: z.string().optional().describe('lf, crlf, mixed.'),
    truncated: z.boolean().describe('Incomplete.'),
  }),
  run: (input, ctx) =>
    ctx.domain.operation('read', input.path, async () => {
      const result = await readFile(ctx.domain, { ...input, maxBytes: input.max_bytes, signal: ctx.signal });
      return { ...result, bytes: result.size, result };
    }),
  render({ result }, input): Content[] {
    if (result.kind === 'image') return [{ type: 'image', data: result.data, mimeType: result.mime }];
    if (result.kind !== 'text')
      return withNote(result.data, result.next_offset === undefined ? [] : [`The file goes on: offset ${result.next_offset}.`]);
    const first = result.start_line ?? 1;
    const text = input.line_numbers ? numbered(result.text, first) : result.text;
    return withNote(text, textNotes(result));
  },
});

function numbered(text: string, first: number): string {
  return splitLines(text)
    .map((line, i) => `${first + i}|${line}`)
    .join('');
}

function withNote(text: string, notes: readonly string[]): Content[] {
  const note: Content[] = notes.length > 0 ? [{ type: 'text', text: `[${notes.join(' ')}]` }] : [];
  return [{ type: 'text', text }, ...note];
}

function textNotes({ start_line, end_line, total_lines, next_offset, cut, invalid, encoding, size }: ReadText): string[] {
  const notes: string[] = [];
  if (size === 0) notes.push('The file is empty.');
  if (next_offset !== undefined || (start_line ?? 1) > 1) {
    notes.push(`Lines ${start_line} to ${end_line}${total_lines === undefined ? '' : ` of ${total_lines}`}.`);
  }
  if (next_offset !== undefined) notes.push(`Next: offset ${next_offset}.`);
  if (cut > 0) notes.push(`${cut} long lines are cut; max_bytes shows them whole.`);
  if (encoding === 'windows-1252') notes.push('Not UTF-8: read as windows-1252; name the encoding if it is another.');
  if (invalid) notes.push(`Bytes that are not valid ${encoding} are shown as \uFFFD.`);
  return notes;
}
