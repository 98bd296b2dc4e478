/** Reads the lines that a search found, by their places, through held folders. */
import { constants } from 'node:fs';
import { ToolError } from '@sandlot/core';
import { codecOf, detect } from '../text/encoding.ts';
import { cutText } from '../text/lines.ts';
import { sourceOf } from '../workspace/source.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Source } from '../text/line-index.ts';

/** Where a file matches. */
export interface FileMatches {
  readonly path: string;
  count: number;
  /** Where lines that match begin, and the byte of the line, from 1, where its first match does (in UTF-8 for UTF-16). */
  readonly places: { readonly line: number; readonly column: number; readonly offset: number }[];
}

/** One line of an excerpt. */
export interface ShownLine {
  readonly line: number;
  readonly text: string;
  readonly isMatch: boolean;
}

const lineCharacters = 500;
const lineBytes = 4 * lineCharacters;
/** A match further on is shown with so much before it. */
const leadCharacters = 150;
/** Context is looked for within this distance. */
const contextBytes = 64 * 1024;
/** Files in UTF-16 are decoded as a whole, up to this size. */
const decodedBytes = 32 * 1024 * 1024;

/** The matching lines of one file with their context; nothing when the file is not inside any more. */
export async function showMatches(
  workspace: Workspace,
  base: string,
  file: FileMatches,
  { context }: { context: number },
): Promise<ShownLine[] | undefined> {
  try {
    using found = workspace.existing(`${base}/${file.path}`);
    await using handle = await found.target.open(constants.O_RDONLY);
    if (file.places.length === 0) return [];
    const source = await sourceOf(handle);
    const codec = detect((await source.read(0, 4)).subarray(0, 4), false).codec;
    if (codec?.unit === 2) return await decodedLines(source, file, context);
    const start = codec?.mark.length ?? 0;
    const lines = new Map<number, ShownLine>();
    for (const place of file.places) await addLines(source, start, place, context, lines);
    return [...lines.values()].toSorted((a, b) => a.line - b.line);
  } catch (error) {
    if (ToolError.is(error)) return undefined;
    throw error;
  }
}

async function addLines(
  source: Source,
  start: number,
  { line, column, offset }: FileMatches['places'][number],
  context: number,
  lines: Map<number, ShownLine>,
): Promise<void> {
  // Whether ripgrep counts a byte order mark in its offsets depends on the mark.
  const at = offset === 0 ? start : offset;
  const from = context === 0 ? Math.max(0, at - 1) : Math.max(0, at - contextBytes);
  const block = await source.read(from, at - from + (context === 0 ? lineBytes : contextBytes));
  const middle = at - from;
  if (at > start && block[middle - 1] !== 10) return;
  const whole = toLine(block, middle, line, true);
  lines.set(line, isShown(whole, column) ? whole : await windowAt(source, at, column, line));
  for (let n = 1, end = middle - 1; n <= context && end >= 0 && from + end > start; n++) {
    const previous = end === 0 ? 0 : block.lastIndexOf(10, end - 1) + 1;
    if (!lines.has(line - n)) lines.set(line - n, toLine(block, Math.max(previous, start - from), line - n, false));
    end = previous - 1;
  }
  for (let n = 1, next = block.indexOf(10, middle) + 1; n <= context && next > 0 && from + next < source.size && next < block.length; n++) {
    if (!lines.has(line + n)) lines.set(line + n, toLine(block, next, line + n, false));
    next = block.indexOf(10, next) + 1;
  }
}

/** Whether a match is in what is shown of its line. */
function isShown({ text }: ShownLine, column: number): boolean {
  return !text.endsWith('…') || column <= lineCharacters - leadCharacters;
}

/** The part of a long line around its match. */
async function windowAt(source: Source, lineStart: number, column: number, line: number): Promise<ShownLine> {
  const from = lineStart + Math.max(0, column - 1 - leadCharacters);
  const block = await source.read(from, lineBytes);
  let start = 0;
  // Not in the middle of a character.
  while (start < 3 && ((block[start] ?? 0) & 0xc0) === 0x80) start++;
  const shown = toLine(block, start, line, true);
  return { ...shown, text: `…${shown.text}` };
}

function toLine(block: Buffer, start: number, line: number, isMatch: boolean): ShownLine {
  const newline = block.indexOf(10, start);
  const end = newline === -1 ? block.length : newline;
  const bytes = block.subarray(start, Math.min(end, start + lineBytes));
  const codec = detect(bytes, false).codec ?? codecOf('utf-8');
  const text = codec.decode(bytes).replace(/\r$/, '');
  const shown = cutText(text, lineCharacters);
  return { line, text: shown === text && bytes.length === end - start ? text : `${shown.replace(/\uFFFD$/, '')}…`, isMatch };
}

async function decodedLines(source: Source, { places }: FileMatches, context: number): Promise<ShownLine[]> {
  const content = await source.read(0, Math.min(source.size, decodedBytes));
  const codec = detect(content, true).codec ?? codecOf('utf-16le');
  const all = codec.decode(content.subarray(codec.mark.length)).split('\n');
  const wanted = new Map<number, number>();
  for (const { line, column } of places)
    for (let n = line - context; n <= line + context; n++) wanted.set(n, n === line ? column : (wanted.get(n) ?? 0));
  return [...wanted]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([line, column]) => {
      const text = all[line - 1];
      return text === undefined ? [] : [{ line, text: around(text.replace(/\r$/, ''), column), isMatch: column > 0 }];
    });
}

function around(text: string, column: number): string {
  if (text.length <= lineCharacters) return text;
  const match = Buffer.from(text)
    .subarray(0, column - 1)
    .toString().length;
  const from = column > 0 && match > lineCharacters - leadCharacters ? match - leadCharacters : 0;
  const shown = cutText(text.slice(from).toWellFormed(), lineCharacters);
  return `${from > 0 ? '…' : ''}${shown.replace(/^\uFFFD/, '')}${from + shown.length < text.length ? '…' : ''}`;
}
