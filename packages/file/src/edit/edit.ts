/** Plans the edits of one file: exact, each in one place, all or none. */
import { ToolError } from '@sandlot/core';
import type { Codec } from '../text/encoding.ts';
import { eolOf } from '../text/eol.ts';
import { Haystack, type Match } from './match.ts';
import { explainMiss, relaxedMatches } from './nearest.ts';
import type { Splice } from './splice.ts';
import { quote } from '../workspace/names.ts';

/** One edit: replaces `old_string`, or inserts after the line `insert_line`. */
export interface Edit {
  readonly old_string?: string | undefined;
  readonly insert_line?: number | undefined;
  readonly new_string: string;
  readonly replace_all?: boolean | undefined;
}

/** Edits as byte ranges of the file. */
export interface Plan {
  readonly splices: readonly Splice[];
  readonly replacements: number;
}

/** Options of {@link planEdits}. */
export interface PlanOptions {
  /** For messages. */
  readonly path: string;
  /** `relaxed` also takes a place that differs in whitespace or in typographic quotes and dashes, when it is the only one. */
  readonly match: 'exact' | 'relaxed';
}

/** Plans all edits against the file as it is; none sees what another made. @throws ToolError when one does not fit */
export function planEdits(content: Buffer, codec: Codec, edits: readonly Edit[], options: PlanOptions): Plan {
  const hay = new Haystack(content, codec);
  const splices = edits.flatMap((edit, i) => {
    const at = edits.length > 1 ? `Edit ${i + 1} of ${edits.length}: ` : '';
    return planOne(hay, edit, at, options);
  });
  const sorted = splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
  for (const [i, splice] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next && next.start < splice.end) {
      throw new ToolError('INVALID_ARGUMENT', `Two edits of ${quote(options.path)} overlap at line ${hay.lineAt(next.start)}.`, {
        advice: 'All edits refer to the file as it is before the call: join them into one.',
      });
    }
  }
  return { splices: sorted, replacements: splices.length };
}

function planOne(hay: Haystack, edit: Edit, at: string, options: PlanOptions): Splice[] {
  const { old_string: old, insert_line: line, new_string: text } = edit;
  if ((old === undefined) === (line === undefined)) throw new ToolError('INVALID_ARGUMENT', `${at}give either old_string or insert_line.`);
  if (line !== undefined) return [insertion(hay, line, text, at)];
  if (old === undefined || old === '') {
    throw new ToolError('INVALID_ARGUMENT', `${at}old_string is empty.`, {
      advice: 'Insert with insert_line, or write the whole file with file_write.',
    });
  }
  if (old === text) throw new ToolError('INVALID_ARGUMENT', `${at}old_string and new_string are the same.`);
  const places = edit.replace_all ? withoutOverlaps(hay.find(old)) : hay.find(old, 101);
  if (places.length > 1 && !edit.replace_all) throw ambiguous(hay, places, at, options.path);
  if (places.length > 0) return places.map((match) => toSplice(hay, match, old, text));
  const relaxed = options.match === 'relaxed' ? relaxedMatches(hay, old) : [];
  const [only] = relaxed;
  if (only && (relaxed.length === 1 || edit.replace_all)) return relaxed.map((match) => toSplice(hay, match, old, text));
  throw explainMiss(hay, old, at, options.path);
}

function withoutOverlaps(matches: readonly Match[]): Match[] {
  const kept: Match[] = [];
  for (const match of matches) if (match.start >= (kept.at(-1)?.end ?? 0)) kept.push(match);
  return kept;
}

function ambiguous(hay: Haystack, places: readonly Match[], at: string, path: string): ToolError {
  const lines = places.slice(0, 20).map(({ start }) => hay.lineAt(start));
  const count = places.length > 100 ? 'more than 100' : String(places.length);
  return new ToolError(
    'FAILED_PRECONDITION',
    `${at}old_string is in ${quote(path)} ${count} times, at the lines ${lines.join(', ')}${places.length > 20 ? ', …' : ''}.`,
    {
      advice: 'Give more of the text around it, so that it is there once, or set replace_all.',
      data: { matches: places.length, lines },
    },
  );
}

/** Lines that both texts start or end with keep the newlines that they have. */
function toSplice(hay: Haystack, match: Match, old: string, text: string): Splice {
  const oldLines = old.split(/\r?\n/);
  const newLines = text.split('\n');
  const most = Math.min(oldLines.length, newLines.length) - 1;
  let head = 0;
  while (head < most && oldLines[head] === newLines[head]?.replace(/\r$/, '')) head++;
  let tail = 0;
  while (tail < most - head && oldLines.at(-1 - tail) === newLines.at(-1 - tail)?.replace(/\r$/, '')) tail++;
  const eol = eolFor(hay, match);
  const { newlines } = match;
  const joined = newLines
    .map((line, i) => {
      if (i === newLines.length - 1) return line;
      const fromEnd = newLines.length - 1 - i;
      const kept = i < head ? newlines[i] : fromEnd <= tail ? newlines.at(-fromEnd) : undefined;
      if (line.endsWith('\r')) return kept === undefined ? `${line}\n` : line.slice(0, -1) + kept;
      return line + (kept ?? eol);
    })
    .join('');
  return { start: match.start, end: match.end, bytes: hay.codec.encode(joined) };
}

/** The newline for new lines: as in the match, else as in the rest of the file. */
function eolFor(hay: Haystack, { newlines }: Match): string {
  const [first] = newlines;
  if (first !== undefined) return first;
  return fileEol(hay);
}

function fileEol(hay: Haystack): string {
  const head = hay.codec.decode(hay.content.subarray(hay.codec.mark.length, 64 * 1024));
  const eol = eolOf(head);
  if (eol !== 'mixed') return eol === 'crlf' ? '\r\n' : '\n';
  return (head.match(/\r\n/g)?.length ?? 0) * 2 > (head.match(/\n/g)?.length ?? 0) ? '\r\n' : '\n';
}

function insertion(hay: Haystack, line: number, text: string, at: string): Splice {
  const starts = hay.lineStarts();
  const start = starts[line];
  if (start === undefined)
    throw new ToolError('INVALID_ARGUMENT', `${at}the file has ${starts.length - 1} lines; nothing can be inserted after line ${line}.`);
  const eol = fileEol(hay);
  const isAtEnd = start === hay.content.length;
  const needsNewline = isAtEnd && line > 0 && !hay.codec.decode(hay.content.subarray(starts[line - 1])).endsWith('\n');
  const whole = isAtEnd && needsNewline ? text.replace(/\r?\n$/, '') : text.endsWith('\n') ? text : `${text}\n`;
  const lines = (needsNewline ? '\n' : '') + whole;
  return { start, end: start, bytes: hay.codec.encode(lines.replaceAll(/(?<!\r)\n/g, eol)) };
}
