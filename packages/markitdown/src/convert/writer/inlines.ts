/** Prints running text: marks, links, images, notes, math. */
import type { Inline, Picture, Run } from '../model/document.ts';
import { escapeInline, escapeLineStart } from './escape.ts';

/** How inlines are printed. */
export interface InlineStyle {
  /** What stands for a line break. */
  readonly lineBreak: string;
  /** Prints a picture. */
  picture(picture: Picture): string;
  /** Prints the reference to a note. */
  note(id: string): string;
}

/** Prints inlines as one piece of Markdown. */
export function writeInlines(content: readonly Inline[], style: InlineStyle): string {
  const [only] = content;
  if (content.length === 1 && only?.type === 'text' && isPlain(only)) return escapeInline(only.text);
  const parts: string[] = [];
  for (let at = 0; at < content.length;) {
    const part = content[at];
    if (!part) break;
    if (part.type === 'text' && part.href !== undefined) {
      let end = at;
      while (end < content.length && isLinked(content[end], part.href)) end++;
      parts.push(writeLink(content.slice(at, end), part.href, style));
      at = end;
    } else if (part.type === 'text') {
      let end = at;
      while (end < content.length && content[end]?.type === 'text' && !isLinked(content[end], undefined)) end++;
      parts.push(writeRuns(content.slice(at, end === at ? at + 1 : end).filter((one) => one.type === 'text')));
      at = Math.max(end, at + 1);
    } else {
      parts.push(
        part.type === 'image'
          ? style.picture(part)
          : part.type === 'math'
            ? writeMath(part.latex)
            : part.type === 'note'
              ? style.note(part.id)
              : style.lineBreak,
      );
      at++;
    }
  }
  return parts.join('');
}

/** Trims a paragraph's lines and keeps them from starting another block. */
export function tidyLines(printed: string): string {
  return (
    printed
      .split('\n')
      .map((line, at) => escapeLineStart(line.trim()).replace(/^=+$/, (under) => (at > 0 ? `\\${under}` : under)))
      .join('\n')
      // A break at the beginning breaks nothing.
      .replace(/^(?:\\\n)+/, '')
      // Two breaks in a row are a new paragraph.
      .replaceAll(/(?:\\\n){2,}/g, '\n\n')
      .trim()
  );
}

/** A run without marks, as most cells have. */
function isPlain({ bold, italic, strike, code, script, href }: Run): boolean {
  return !bold && !italic && !strike && !code && script === undefined && href === undefined;
}

function isLinked(part: Inline | undefined, href: string | undefined): boolean {
  if (href === undefined) return part?.type === 'text' && part.href !== undefined;
  return part?.type === 'text' && part.href === href;
}

function writeLink(content: readonly Inline[], href: string, style: InlineStyle): string {
  const inner = content.map((part) => (part.type === 'text' ? withoutLink(part) : part));
  const label = writeInlines(inner, style);
  const [, before = '', middle = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(label) ?? [];
  if (middle === '') return label;
  return `${before}[${middle.replaceAll(/(?<!\\)\[(?![^\]]*\]\()/g, '\\[')}](${writeTarget(href)})${after}`;
}

function withoutLink(run: Run): Run {
  const { href: _href, ...rest } = run;
  return rest;
}

/** A link target that cannot end early. */
export function writeTarget(href: string): string {
  const clean = href.trim().replaceAll(/[\n\r\t]/g, '');
  if (/[ <>]/.test(clean))
    return clean.replaceAll(' ', '%20').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('(', '%28').replaceAll(')', '%29');
  return /^[^()]*(?:\([^()]*\)[^()]*)*$/.test(clean) ? clean : clean.replaceAll('(', '%28').replaceAll(')', '%29');
}

function writeMath(latex: string): string {
  return latex.trim() === '' ? '' : `$${latex.trim()}$`;
}

type Mark = 'bold' | 'italic' | 'strike' | 'code' | 'script';

/** Marks that open and close around runs, as few as possible; spaces stay outside of them. */
function writeRuns(runs: readonly Run[]): string {
  const merged = mergeRuns(runs);
  let out = '';
  for (const run of merged) {
    const [, before = '', middle = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(run.text) ?? [];
    if (middle === '') {
      out += run.text;
      continue;
    }
    out += before + wrap(run, middle) + after;
  }
  return out;
}

function wrap(run: Run, value: string): string {
  let printed = run.code ? codeSpan(value) : escapeInline(value);
  if (run.script) printed = run.script === 'sub' ? `<sub>${printed}</sub>` : `<sup>${printed}</sup>`;
  if (run.strike) printed = `~~${printed}~~`;
  const stars = (run.bold ? 2 : 0) + (run.italic ? 1 : 0);
  return stars === 0 ? printed : `${'*'.repeat(stars)}${printed}${'*'.repeat(stars)}`;
}

function codeSpan(value: string): string {
  const longest = Math.max(0, ...[...value.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${value} ${fence}` : `${fence}${value}${fence}`;
}

function mergeRuns(runs: readonly Run[]): Run[] {
  const merged: Run[] = [];
  for (const run of runs) {
    const last = merged.at(-1);
    if (run.text === '') continue;
    if (last && (sameMarks(last, run) || (run.text.trim() === '' && !run.code)))
      merged[merged.length - 1] = { ...last, text: last.text + run.text };
    else merged.push(run);
  }
  return merged;
}

function sameMarks(a: Run, b: Run): boolean {
  const marks: Mark[] = ['bold', 'italic', 'strike', 'code', 'script'];
  return marks.every((mark) => (a[mark] || undefined) === (b[mark] || undefined));
}
