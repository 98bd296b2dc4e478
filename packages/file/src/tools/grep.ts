/** `file_grep` */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { grepFiles, type GrepResult } from '../search/grep.ts';
import { quote, showName } from '../workspace/names.ts';
import { endNotes, ignored, omission } from './parameters.ts';

export const grep = defineTool({
  name: 'file_grep',
  title: 'Search files',
  description: 'Searches file contents (ripgrep).',
  effect: 'read',
  scope: 'file:read',
  input: z.object({
    pattern: z.string().describe('Regular expression.'),
    path: z.string().default('.').describe('Folder or file.'),
    glob: z.string().optional().describe('Such as *.ts.'),
    type: z.string().optional().describe('Such as py.'),
    fixed_string: z.boolean().optional().describe('Not a regex.'),
    ignore_case: z.boolean().optional().describe('Ignore case.'),
    multiline: z.boolean().optional().describe('Across lines.'),
    context: z.int().min(0).max(50).default(0).describe('Lines around.'),
    output: z.enum(['content', 'files', 'count']).default('content').describe('Form.'),
    limit: z.int().min(1).default(100).describe('Most matches.'),
    offset: z.int().min(0).default(0).describe('Skip.'),
    ignored,
  }),
  output: z.object({
    matches: z.int().describe('Lines.'),
    files: z.int().describe('Files.'),
    truncated: z.boolean().describe('Incomplete.'),
    timed_out: z.boolean().describe('After 30 s.'),
    next_offset: z.int().optional().describe('Go on here.'),
    ...omission,
  }),
  run: (input, ctx) =>
    ctx.domain.operation('grep', input.path, async () => {
      const result = await grepFiles(ctx.domain, {
        ...input,
        fixedString: input.fixed_string ?? false,
        ignoreCase: input.ignore_case ?? false,
        multiline: input.multiline ?? false,
        ignored: input.ignored ?? false,
        signal: ctx.signal,
      });
      const { matches, fileCount, truncated, timedOut, nextOffset } = result;
      return {
        matches,
        files: fileCount,
        truncated,
        timed_out: timedOut,
        ...(nextOffset !== undefined && { next_offset: nextOffset }),
        ...result.leftOut.facts,
        result,
      };
    }),
  render({ result }, input) {
    const notes = [...endNotes(result), ...result.leftOut.notes];
    if (result.files.length === 0)
      return [
        `No match for ${quote(input.pattern)}.`,
        ...(input.ignored ? [] : ['What .gitignore leaves out was not searched.']),
        ...notes,
      ].join(' ');
    if (result.nextOffset !== undefined)
      notes.push(`Of ${result.matches} in ${result.fileCount} files; next: offset ${result.nextOffset}.`);
    return [...result.files.flatMap((file) => toLines(file, input.output)), ...(notes.length > 0 ? [`[${notes.join(' ')}]`] : [])].join(
      '\n',
    );
  },
});

function toLines({ path, count, lines }: GrepResult['files'][number], output: 'content' | 'files' | 'count'): string[] {
  const name = showName(path);
  if (output === 'files') return [name];
  if (output === 'count') return [`${name}: ${count}`];
  return lines.flatMap(({ line, text, isMatch }, i) => {
    const previous = lines[i - 1];
    const gap = previous && !previous.isMatch && line > previous.line + 1 ? ['--'] : [];
    return [...gap, isMatch ? `${name}:${line}: ${text}` : `${name}-${line}- ${text}`];
  });
}
