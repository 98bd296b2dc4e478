/** Glob patterns, matched in time proportional to the length of the text: no pattern can make the server hang. */
import { ToolError } from '@sandlot/core';
import { quote } from '../workspace/names.ts';

type Token =
  | { readonly kind: 'star' | 'any' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'set'; readonly not: boolean; readonly ranges: readonly (readonly [string, string])[] };
type Segment = 'folders' | readonly Token[];

const mostAlternatives = 1000;
const mostLength = 2000;

/**
 * Makes a matcher for paths with `/` between the names. `*`, `?`, `[a-z]`, `[!a]`, `{a,b}`, `**` and `\` have their
 * usual meaning. A pattern without a slash matches the last name at any depth.
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  if (pattern.length > mostLength)
    throw new ToolError('INVALID_ARGUMENT', `The pattern has ${pattern.length} characters; at most ${mostLength} are taken.`);
  if (pattern.includes('\0') || pattern === '') throw new ToolError('INVALID_ARGUMENT', 'The pattern is empty or holds a NUL character.');
  const alternatives = expandBraces(pattern).map((alternative) => toMatcher(compileOne(alternative, pattern)));
  const [only] = alternatives;
  return only && alternatives.length === 1 ? only : (path) => alternatives.some((matches) => matches(path));
}

function compileOne(pattern: string, whole: string): Segment[] {
  const names = pattern.split('/').filter((name) => name !== '.');
  if (names.includes('..'))
    throw new ToolError('INVALID_ARGUMENT', `The pattern ${quote(whole)} holds "..".`, { advice: 'Give the folder to search as path.' });
  const isAnchored = names.length > 1;
  const segments: Segment[] = names.filter((name) => name !== '').map((name) => (name === '**' ? 'folders' : tokens(name, whole)));
  if (!isAnchored) segments.unshift('folders');
  // "a/**" means what is below a, not a itself.
  if (segments.at(-1) === 'folders') segments.push([{ kind: 'star' }]);
  return segments;
}

function toMatcher(segments: readonly Segment[]): (path: string) => boolean {
  const [folders, last] = segments;
  // Most patterns ask for a name at any depth, and most of those for its end.
  if (segments.length === 2 && folders === 'folders' && last !== undefined && last !== 'folders') {
    const end = endOf(last);
    if (end !== undefined) return (path) => path.endsWith(end);
    return (path) => matchSegment(last, path.slice(path.lastIndexOf('/') + 1));
  }
  return (path) => matchAll(segments, path.split('/'), matchSegment, (segment) => segment === 'folders');
}

/** The text after a star that stands first and alone. */
function endOf([first, ...rest]: readonly Token[]): string | undefined {
  const texts = rest.flatMap((token) => (token.kind === 'text' ? [token.text] : []));
  return first?.kind === 'star' && texts.length === rest.length ? texts.join('') : undefined;
}

/** The classic matching with one remembered star; it never backtracks further than to the last one. */
function matchAll<P, T>(
  pattern: readonly P[],
  text: ArrayLike<T>,
  matches: (pattern: P, text: T) => boolean,
  isStar: (pattern: P) => boolean,
): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (t < text.length) {
    const here = pattern[p];
    const item = text[t];
    if (here !== undefined && isStar(here)) {
      starAt = p++;
      resumeAt = t;
    } else if (here !== undefined && item !== undefined && matches(here, item)) {
      p++;
      t++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++resumeAt;
    } else {
      return false;
    }
  }
  while (p < pattern.length) {
    const here = pattern[p];
    if (here === undefined || !isStar(here)) return false;
    p++;
  }
  return true;
}

function matchSegment(segment: Segment, name: string): boolean {
  if (segment === 'folders') return true;
  // A character beyond the basic plane is two units of the string but one of the pattern.
  return matchAll(segment, /[\uD800-\uDFFF]/.test(name) ? Array.from(name) : name, matchToken, (token) => token.kind === 'star');
}

function matchToken(token: Token, character: string): boolean {
  if (token.kind === 'text') return token.text === character;
  if (token.kind === 'set') return token.ranges.some(([from, to]) => from <= character && character <= to) !== token.not;
  return true;
}

function unterminated(pattern: string, open: string, close: string): ToolError {
  return new ToolError('INVALID_ARGUMENT', `The pattern ${quote(pattern)} has a "${open}" without "${close}".`, {
    advice: `Close it, or write \\${open} for the character itself.`,
  });
}

function tokens(name: string, whole: string): Token[] {
  const made: Token[] = [];
  const characters = Array.from(name);
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? '';
    const end = character === '[' ? setEnd(characters, i) : -1;
    if (character === '*') {
      if (made.at(-1)?.kind !== 'star') made.push({ kind: 'star' });
    } else if (character === '?') {
      made.push({ kind: 'any' });
    } else if (character === '[' && end < 0) {
      throw unterminated(whole, '[', ']');
    } else if (end > 0) {
      made.push(set(characters.slice(i + 1, end)));
      i = end;
    } else {
      made.push({ kind: 'text', text: character === '\\' ? (characters[++i] ?? '\\') : character });
    }
  }
  return made;
}

function setEnd(characters: readonly string[], start: number): number {
  const first = characters[start + 1] === '!' || characters[start + 1] === '^' ? start + 2 : start + 1;
  return characters.indexOf(']', first + 1);
}

function set(inside: string[]): Token {
  const not = inside[0] === '!' || inside[0] === '^';
  const body = not ? inside.slice(1) : inside;
  const ranges: [string, string][] = [];
  for (let i = 0; i < body.length; i++) {
    const from = body[i] ?? '';
    const to = body[i + 1] === '-' ? body[i + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) i += 2;
  }
  return { kind: 'set', not, ranges };
}

/** `a{b,c{d,e}}` → `ab`, `acd`, `ace`. A brace without comma, or in a set, is text. */
function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const todo = [pattern];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const brace = firstBrace(next, pattern);
    if (!brace) done.push(next);
    else for (const option of brace.options.toReversed()) todo.push(brace.before + option + brace.after);
    if (done.length + todo.length > mostAlternatives) {
      throw new ToolError('INVALID_ARGUMENT', `The braces of ${quote(pattern)} stand for more than ${mostAlternatives} patterns.`);
    }
  }
  return done;
}

/** Whether a place is between `[` and `]`. */
function isInSet(pattern: string, place: number): boolean {
  return /\[[^\]/]*$/.test(pattern.slice(0, place)) && /^[^/]*\]/.test(pattern.slice(place));
}

function firstBrace(pattern: string, whole: string): { before: string; options: string[]; after: string } | undefined {
  for (let start = pattern.indexOf('{'); start !== -1; start = pattern.indexOf('{', start + 1)) {
    if (pattern[start - 1] === '\\' || isInSet(pattern, start)) continue;
    const options: string[] = [];
    let depth = 0;
    let from = start + 1;
    for (let i = start; i < pattern.length; i++) {
      const character = pattern[i];
      if (character === '\\') i++;
      else if (character === '{') depth++;
      else if (character === ',' && depth === 1) {
        options.push(pattern.slice(from, i));
        from = i + 1;
      } else if (character === '}' && --depth === 0) {
        if (options.length === 0) break;
        return { before: pattern.slice(0, start), options: [...options, pattern.slice(from, i)], after: pattern.slice(i + 1) };
      }
    }
    if (depth > 0) throw unterminated(whole, '{', '}');
  }
  return undefined;
}
