/** Help for an edit whose text is not in the file: where it nearly is, and what differs. */
import { ToolError } from '@sandlot/core';
import { type FileLine, fileLines } from './file-lines.ts';
import type { Haystack, Match } from './match.ts';
import { quote } from '../workspace/names.ts';

/** From nearly exact to vague: what may differ, and a form of a line in which it no longer does. */
const ladder: readonly (readonly [string, (line: string) => string])[] = [
  ['spaces at the ends of lines', (line) => line.trimEnd()],
  ['indentation (tabs, spaces)', (line) => line.trim().replaceAll(/[ \t]+/g, ' ')],
  ['typographic quotes, dashes or spaces', (line) => plain(line).trim().replaceAll(/\s+/g, ' ')],
  ['blanks', (line) => plain(line).replaceAll(/\s+/g, '')],
  ['upper and lower case', (line) => plain(line).replaceAll(/\s+/g, '').toLowerCase()],
];

const shownCandidates = 3;
const shownLines = 8;

/** Places that differ from the text only in whitespace or typographic characters; whole lines. */
export function relaxedMatches(hay: Haystack, old: string): Match[] {
  const file = fileLines(hay);
  for (const [, simplify] of ladder.slice(0, 3)) {
    const matches = windows(file, old, simplify).map((line) => toMatch(hay, file, line, lineCount(old), old.endsWith('\n')));
    if (matches.length > 0) return matches;
  }
  return [];
}

/** The error for a text that is not there. */
export function explainMiss(hay: Haystack, old: string, at: string, path: string): ToolError {
  const file = fileLines(hay);
  const message = `${at}old_string is not in ${quote(path)}.`;
  const advice = 'Copy the text exactly from file_read; match: "relaxed" takes a place that differs in whitespace only.';
  for (const [difference, simplify] of ladder) {
    const lines = windows(file, old, simplify);
    const [line] = lines;
    if (line === undefined) continue;
    const others = lines.length > 1 ? ` (and ${lines.length - 1} more)` : '';
    const shown = excerpt(file, line, lineCount(old));
    return new ToolError('FAILED_PRECONDITION', `${message} Line ${line}${others} differs only in ${difference}:\n${shown}`, {
      advice,
      data: { matches: 0, lines },
    });
  }
  const near = nearest(file, old);
  const shown = near.map(({ line, why }) => `Line ${line}, ${why}:\n${excerpt(file, line, lineCount(old))}`).join('\n');
  return new ToolError('FAILED_PRECONDITION', near.length > 0 ? `${message} Nearest:\n${shown}` : `${message} Nothing in it is similar.`, {
    advice,
    data: { matches: 0, lines: near.map(({ line }) => line) },
  });
}

/** A line with plain quotes, dashes and spaces instead of typographic ones. */
export function plain(line: string): string {
  return line
    .replaceAll(/[\u2018\u2019\u201B\u2032]/g, "'")
    .replaceAll(/[\u201C\u201D\u201F\u2033]/g, '"')
    .replaceAll(/[\u2010-\u2015\u2212]/g, '-')
    .replaceAll('\u2026', '...')
    .replaceAll(/[\u00A0\u2000-\u200A\u202F\u3000]/g, ' ')
    .normalize('NFC');
}

function wantedLines(old: string): string[] {
  return old.replace(/\r?\n$/, '').split(/\r?\n/);
}

function lineCount(old: string): number {
  return wantedLines(old).length;
}

/** Line numbers at which all lines are the same after `simplify`. */
function windows(file: readonly FileLine[], old: string, simplify: (line: string) => string): number[] {
  const wanted = wantedLines(old).map(simplify);
  if (wanted.every((line) => line === '')) return [];
  const lines = file.map(({ text }) => simplify(text));
  const found: number[] = [];
  for (let i = 0; i + wanted.length <= lines.length && found.length < 20; i++) {
    if (wanted.every((line, j) => line === lines[i + j])) found.push(i + 1);
  }
  return found;
}

function toMatch(hay: Haystack, file: readonly FileLine[], line: number, count: number, withNewline: boolean): Match {
  const lines = file.slice(line - 1, line - 1 + count);
  const first = lines[0];
  const last = lines.at(-1);
  if (!first || !last) throw new RangeError(`No line ${line}.`);
  const newlines = lines.slice(0, withNewline ? undefined : -1).map(({ end, next }) => hay.codec.decode(hay.content.subarray(end, next)));
  return { start: first.start, end: withNewline ? last.next : last.end, newlines };
}

/** The lines most like the longest line of the text. */
function nearest(file: readonly FileLine[], old: string): { line: number; why: string }[] {
  const wanted = wantedLines(old);
  const anchor = wanted.reduce((longest, line) => (line.trim().length > longest.trim().length ? line : longest), '');
  const place = wanted.indexOf(anchor);
  const grams = trigrams(plain(anchor).trim());
  if (grams.size === 0) return [];
  return file
    .slice(0, 200_000)
    .map(({ text }, i) => ({ line: Math.max(1, i + 1 - place), score: similarity(grams, text) }))
    .filter(({ score }) => score >= 0.4)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, shownCandidates)
    .map(({ line, score }) => ({ line, why: `${Math.round(score * 100)} % alike` }));
}

function similarity(grams: ReadonlySet<string>, text: string): number {
  const others = trigrams(plain(text.slice(0, 2000)).trim());
  if (others.size === 0) return 0;
  let common = 0;
  for (const gram of others) if (grams.has(gram)) common++;
  return (2 * common) / (grams.size + others.size);
}

function trigrams(text: string): Set<string> {
  const grams = new Set<string>();
  for (let i = 0; i + 3 <= text.length; i++) grams.add(text.slice(i, i + 3));
  if (text.length > 0 && text.length < 3) grams.add(text);
  return grams;
}

/** Lines as they are, with blanks at the ends made visible. */
function excerpt(file: readonly FileLine[], line: number, count: number): string {
  const shown = file.slice(line - 1, line - 1 + Math.min(count, shownLines));
  const more = count > shownLines ? [`… ${count - shownLines} more lines`] : [];
  return [...shown.map(({ text }) => visible(text.slice(0, 300))), ...more].map((text) => `  ${text}`).join('\n');
}

function visible(line: string): string {
  const blanks = (part: string) => part.replaceAll('\t', '→').replaceAll(' ', '·');
  return line.replace(/^[ \t]+/, blanks).replace(/[ \t]+$/, blanks);
}
