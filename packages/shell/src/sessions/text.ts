/** Output as a model should read it: without escape codes and redrawn progress, cut in the middle when it is long. */
import { stripVTControlCharacters } from 'node:util';
import { foldRedraws } from './redraw.ts';

/** Turns raw output into text: escape codes out, overwritten lines folded, other control characters visible. */
export function cleanText(raw: string): string {
  const text = foldRedraws(stripStrings(raw));
  const plain = text.includes('\u001b') || text.includes('\u009b') ? stripVTControlCharacters(text.replaceAll(sequences, '')) : text;
  return plain.split('\n').map(foldLine).join('\n');
}

// Operating-system commands, device-control and similar strings, up to BEL or ST; stripVTControlCharacters leaves some in.
// oxlint-disable-next-line no-control-regex
const strings = /\u001b[\]PX^_](?:(?!\u001b\\|\u0007)[^]){0,4096}(?:\u0007|\u001b\\)/g;

// Control sequences and escape sequences of ECMA-48 and ECMA-35: parameter bytes, intermediate bytes, one final byte.
// oxlint-disable-next-line no-control-regex
const sequences = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]+[0-~]/g;

function stripStrings(text: string): string {
  return text.includes('\u001b') ? text.replaceAll(strings, '') : text;
}

/** One line as a terminal would leave it: what follows the last carriage return, backspaces done. */
function foldLine(line: string): string {
  let folded = line;
  if (folded.includes('\r')) {
    const trimmed = folded.replace(/\r+$/, '');
    folded = trimmed.slice(trimmed.lastIndexOf('\r') + 1);
  }
  while (folded.includes('\b')) {
    const next = folded.replaceAll(/[^\b][\b]/g, '').replace(/^[\b]+/, '');
    if (next === folded) break;
    folded = next;
  }
  // oxlint-disable-next-line no-control-regex
  return folded.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Text cut to a size: the head and the tail, at ends of lines where they are near. */
export function cutMiddle(text: string, most: number): { head: string; tail: string } | undefined {
  if (text.length <= most) return undefined;
  const headMost = Math.floor(most * 0.4);
  return { head: cutHead(text, headMost), tail: cutTail(text, most - headMost) };
}

/** The beginning of a text: whole lines, unless the last would take more than half of it. */
export function cutHead(text: string, most: number): string {
  if (text.length <= most) return text;
  const line = text.lastIndexOf('\n', most - 1) + 1;
  return text.slice(0, line > most / 2 ? line : most);
}

/** The end of a text: whole lines, unless the first would take more than half of it. */
export function cutTail(text: string, most: number): string {
  if (text.length <= most) return text;
  const from = text.length - most;
  const line = text.indexOf('\n', from - 1) + 1;
  return text.slice(line > 0 && line < from + most / 2 ? line : from);
}

/** More than three equal lines in a row become one and a count. */
export function foldRepeats(text: string): string {
  const folded: string[] = [];
  const lines = text.split('\n');
  for (let from = 0; from < lines.length;) {
    const line = lines[from] ?? '';
    let to = from + 1;
    while (to < lines.length && lines[to] === line) to++;
    if (to - from > 3) folded.push(line, `[the line above ${to - from} times]`);
    else folded.push(...lines.slice(from, to));
    from = to;
  }
  return folded.join('\n');
}
