/** Finds the places of hunks in a file and turns them into byte ranges. */
import { ToolError } from '@sandlot/core';
import { type FileLine, fileLines } from '../edit/file-lines.ts';
import { Haystack } from '../edit/match.ts';
import { plain } from '../edit/nearest.ts';
import type { Splice } from '../edit/splice.ts';
import type { Codec } from '../text/encoding.ts';
import { eolOf } from '../text/eol.ts';
import type { Hunk, HunkLine } from './parse.ts';
import { quote } from '../workspace/names.ts';

/** Hunks as byte ranges. */
export interface HunkPlan {
  readonly splices: Splice[];
  /** 0: all lines were exact; 1: blanks at line ends, 2: around lines, 3: typographic characters differed. */
  readonly fuzz: number;
}

const levels: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => line.trimEnd(),
  (line) => line.trim(),
  (line) => plain(line).trim(),
];

/** Plans all hunks of one file. @throws ToolError when one has no place */
export function planHunks(content: Buffer, codec: Codec, hunks: readonly Hunk[], path: string): HunkPlan {
  const hay = new Haystack(content, codec);
  const file = fileLines(hay);
  const eol = eolOf(codec.decode(content.subarray(codec.mark.length, 64 * 1024))) === 'crlf' ? '\r\n' : '\n';
  const splices: Splice[] = [];
  let cursor = 0;
  let fuzz = 0;
  for (const [i, hunk] of hunks.entries()) {
    const old = hunk.lines.filter(({ kind }) => kind !== 'add').map(({ text }) => text);
    const place = findPlace(file, hunk, old, cursor);
    if (!place) throw noPlace(path, i + 1, hunks.length, old, file, hunk);
    fuzz = Math.max(fuzz, place.fuzz);
    splices.push(...toSplices(hay, file, place.index, hunk.lines, eol));
    cursor = place.index + old.length;
  }
  return { splices, fuzz };
}

function findPlace(
  file: readonly FileLine[],
  hunk: Hunk,
  old: readonly string[],
  cursor: number,
): { index: number; fuzz: number } | undefined {
  let from = cursor;
  for (const heading of hunk.headings) {
    const at = file.findIndex(({ text }, i) => i >= from && text.trim() === heading.trim());
    if (at === -1) return undefined;
    from = at + 1;
  }
  // Only additions: at the given line, after the heading, or at the end.
  if (old.length === 0)
    return { index: hunk.line !== undefined ? Math.min(hunk.line, file.length) : hunk.headings.length > 0 ? from : file.length, fuzz: 0 };
  const wanted = (hunk.line ?? 1) - 1;
  for (const [fuzz, simplify] of levels.entries()) {
    const places = placesOf(
      file.map(({ text }) => simplify(text)),
      old.map(simplify),
      from,
    );
    const [first] = places;
    if (first === undefined) continue;
    if (hunk.atEnd) return { index: places.at(-1) ?? first, fuzz };
    const nearest =
      hunk.line === undefined ? first : places.reduce((best, index) => (Math.abs(index - wanted) < Math.abs(best - wanted) ? index : best));
    return { index: nearest, fuzz };
  }
  return undefined;
}

function placesOf(lines: readonly string[], old: readonly string[], from: number): number[] {
  const places: number[] = [];
  for (let i = from; i + old.length <= lines.length; i++) if (old.every((line, j) => line === lines[i + j])) places.push(i);
  return places;
}

function toSplices(hay: Haystack, file: readonly FileLine[], index: number, lines: readonly HunkLine[], eol: string): Splice[] {
  const splices: Splice[] = [];
  const end = hay.content.length;
  let at = index;
  for (let i = 0; i < lines.length;) {
    if (lines[i]?.kind === 'keep') {
      at++;
      i++;
      continue;
    }
    const first = at;
    const added: HunkLine[] = [];
    for (let line = lines[i]; line !== undefined && line.kind !== 'keep'; line = lines[++i]) {
      if (line.kind === 'remove') at++;
      else added.push(line);
    }
    const start = file[first]?.start ?? end;
    const stop = at > first ? (file[at - 1]?.next ?? end) : start;
    splices.push({ start, end: stop, bytes: hay.codec.encode(joinLines(file, first, at, added, eol, stop === end)) });
  }
  return splices;
}

/** The new lines; a file that ended without a newline goes on doing so. */
function joinLines(file: readonly FileLine[], first: number, at: number, added: readonly HunkLine[], eol: string, isEnd: boolean): string {
  const text = added.map((line) => line.text + eol).join('');
  if (!isEnd || file.length === 0) return added.at(-1)?.noNewline ? text.slice(0, -eol.length) : text;
  const last = file.at(-1);
  const hadNewline = last === undefined || last.next > last.end;
  if (hadNewline) return added.at(-1)?.noNewline ? text.slice(0, -eol.length) : text;
  const before = at === first && added.length > 0 ? eol : '';
  return before + text.slice(0, -eol.length);
}

function noPlace(path: string, number: number, count: number, old: readonly string[], file: readonly FileLine[], hunk: Hunk): ToolError {
  const missingHeading = hunk.headings.find((heading) => !file.some(({ text }) => text.trim() === heading.trim()));
  if (missingHeading !== undefined)
    return new ToolError(
      'FAILED_PRECONDITION',
      `Hunk ${number} of ${count} for ${quote(path)}: there is no line ${quote(missingHeading)}.`,
    );
  const anchors = new Set(file.map(({ text }) => text.trim()));
  const absent = old.find((line) => line.trim() !== '' && !anchors.has(line.trim()));
  const why =
    absent === undefined
      ? 'its lines are there, but not together in this order after the hunk before'
      : `this line is not in the file: ${quote(absent)}`;
  return new ToolError('FAILED_PRECONDITION', `Hunk ${number} of ${count} does not fit ${quote(path)}: ${why}.`, {
    advice: 'Read the file again and make the patch from what it holds.',
  });
}
