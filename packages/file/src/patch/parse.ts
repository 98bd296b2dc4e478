/** Reads patches: the envelope of `apply_patch`, and unified diffs. */
import { ToolError } from '@sandlot/core';
import { quote } from '../workspace/names.ts';

/** One line of a hunk. */
export interface HunkLine {
  readonly kind: 'keep' | 'remove' | 'add';
  readonly text: string;
  /** True when the file ends here without a newline. */
  noNewline?: boolean;
}

/** A change of one place. */
export interface Hunk {
  /** Line of the old file where a unified diff says it is, from 1. */
  readonly line?: number;
  /** Lines to look for before it (`@@ class A`). */
  readonly headings: readonly string[];
  readonly lines: HunkLine[];
  /** True when it must be at the end of the file. */
  atEnd?: boolean;
}

/** What a patch does to one file. */
export interface FilePatch {
  readonly action: 'add' | 'update' | 'delete';
  readonly path: string;
  readonly moveTo?: string;
  readonly hunks: Hunk[];
}

/** Parses a patch of either form. @throws ToolError INVALID_ARGUMENT with the line that is wrong */
export function parsePatch(patch: string): FilePatch[] {
  const lines = patch.split(/\r?\n/);
  const files = lines.some((line) => line.trim() === '*** Begin Patch') ? parseEnvelope(lines) : parseUnified(lines);
  if (files.length === 0) {
    throw new ToolError('INVALID_ARGUMENT', 'The patch changes no file.', {
      advice: 'Send "*** Begin Patch … *** Update File: path … *** End Patch", or a unified diff with ---, +++ and @@ lines.',
    });
  }
  return files;
}

function wrong(number: number, line: string, why: string): ToolError {
  return new ToolError('INVALID_ARGUMENT', `Line ${number} of the patch ${why}: ${quote(line)}`);
}

function parseEnvelope(lines: readonly string[]): FilePatch[] {
  const files: FilePatch[] = [];
  const begin = lines.findIndex((line) => line.trim() === '*** Begin Patch');
  let headings: string[] = [];
  let fresh = true;
  for (let i = begin + 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const [, action, path = ''] = /^\*\*\* (Add|Update|Delete) File: (.+)$/.exec(line) ?? [];
    const file = files.at(-1);
    if (line.trim() === '*** End Patch') return files;
    if (action !== undefined) {
      files.push({ action: action === 'Add' ? 'add' : action === 'Delete' ? 'delete' : 'update', path: path.trim(), hunks: [] });
      headings = [];
      fresh = true;
    } else if (!file) {
      if (line.trim() !== '') throw wrong(i + 1, line, 'is before any file');
    } else if (line.startsWith('*** Move to: ')) {
      files.splice(-1, 1, { ...file, moveTo: line.slice('*** Move to: '.length).trim() });
    } else if (line === '*** End of File') {
      const hunk = file.hunks.at(-1);
      if (hunk) hunk.atEnd = true;
    } else if (line.startsWith('@@')) {
      if (!fresh) headings = [];
      const heading = line.slice(2).trim();
      if (heading !== '') headings.push(heading);
      fresh = true;
    } else {
      if (fresh) file.hunks.push({ headings, lines: [] });
      fresh = false;
      file.hunks.at(-1)?.lines.push(toLine(line, i + 1, file.action === 'add'));
    }
  }
  throw new ToolError('INVALID_ARGUMENT', 'The patch has no "*** End Patch".');
}

function parseUnified(lines: readonly string[]): FilePatch[] {
  const files: FilePatch[] = [];
  let renamedFrom: string | undefined;
  let hunk: Hunk | undefined;
  let [oldLeft, newLeft] = [0, 0];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const next = lines[i + 1] ?? '';
    const header = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    const inHunk = oldLeft > 0 || newLeft > 0;
    if (line.startsWith('rename from ')) renamedFrom = line.slice('rename from '.length);
    else if (line.startsWith('rename to ') && renamedFrom !== undefined) {
      files.push({ action: 'update', path: renamedFrom, moveTo: line.slice('rename to '.length), hunks: [] });
    } else if (line.startsWith('--- ') && next.startsWith('+++ ') && !inHunk) {
      const [from, to] = [pathOf(line), pathOf(next)];
      if (renamedFrom === undefined || files.at(-1)?.path !== from) files.push(toFile(from, to, i + 1));
      renamedFrom = undefined;
      hunk = undefined;
      i++;
    } else if (header) {
      hunk = { line: Number(header[1]), headings: [], lines: [] };
      [oldLeft, newLeft] = [Number(header[2] ?? 1), Number(header[3] ?? 1)];
      const file = files.at(-1);
      if (!file) throw wrong(i + 1, line, 'is before any "---" and "+++"');
      file.hunks.push(hunk);
    } else if (line.startsWith('\\')) {
      const last = hunk?.lines.at(-1);
      if (last) last.noNewline = true;
    } else if (hunk && (inHunk || /^[ +-]/.test(line))) {
      const made = toLine(line, i + 1, false);
      if (made.kind !== 'add') oldLeft--;
      if (made.kind !== 'remove') newLeft--;
      // An empty line between two diffs is no context.
      if (inHunk || line !== '') hunk.lines.push(made);
    }
  }
  return files;
}

function toFile(from: string | undefined, to: string | undefined, number: number): FilePatch {
  if (from !== undefined && to !== undefined) return { action: 'update', path: from, ...(from !== to && { moveTo: to }), hunks: [] };
  if (to !== undefined) return { action: 'add', path: to, hunks: [] };
  if (from !== undefined) return { action: 'delete', path: from, hunks: [] };
  throw wrong(number, '--- /dev/null', 'names no file');
}

/** The path of a `---` or `+++` line, without its `a/` or `b/` and its time. */
function pathOf(line: string): string | undefined {
  const path = line.slice(4).replace(/\t.*$/, '').trim();
  return path === '/dev/null' ? undefined : path.replace(/^[ab]\//, '');
}

function toLine(line: string, number: number, isNew: boolean): HunkLine {
  if (line.startsWith('+')) return { kind: 'add', text: line.slice(1) };
  if (isNew) throw wrong(number, line, 'of a new file does not start with "+"');
  if (line.startsWith('-')) return { kind: 'remove', text: line.slice(1) };
  // Editors and models drop the blank of an empty line of context.
  if (line.startsWith(' ') || line === '') return { kind: 'keep', text: line.slice(1) };
  throw wrong(number, line, 'starts with none of " ", "-", "+", "@@", "***"');
}
