/** Parts of long Markdown, and its outline. */
import { ConvertError } from './errors.ts';

/** A heading of the Markdown and where it stands. */
export interface OutlineEntry {
  readonly level: number;
  readonly title: string;
  /** Give it as `offset` to start here. */
  readonly offset: number;
}

/** A part of the Markdown. */
export interface Part {
  readonly markdown: string;
  readonly truncated: boolean;
  /** Where the next part begins; undefined at the end. */
  readonly nextOffset?: number;
}

/**
 * The part under a heading, up to the next heading of its level.
 *
 * @param section its title, or the titles on the way to it: `Methods > Data`. Case does not matter
 * @throws ConvertError `invalid` naming headings that there are
 */
export function sectionOf(markdown: string, outline: readonly OutlineEntry[], section: string): string {
  const wanted = section.split('>').map(plainTitle);
  const path: OutlineEntry[] = [];
  for (const [at, entry] of outline.entries()) {
    while ((path.at(-1)?.level ?? 0) >= entry.level) path.pop();
    path.push(entry);
    const titles = path.map(({ title }) => plainTitle(title));
    if (titles.at(-1) !== wanted.at(-1) || !isWay(wanted, titles)) continue;
    const end = outline.slice(at + 1).find(({ level }) => level <= entry.level)?.offset ?? markdown.length;
    return `${markdown.slice(entry.offset, end).trim()}\n`;
  }
  const known = outline.slice(0, 10).map(({ title }) => `"${title}"`);
  throw new ConvertError(
    'invalid',
    `section "${section}": no such heading. ${known.length > 0 ? `There are: ${known.join(', ')}${outline.length > 10 ? ', …' : ''}.` : 'The document has none.'}`,
  );
}

/** True when all titles are met in their order. */
function isWay(wanted: readonly string[], titles: readonly string[]): boolean {
  let next = 0;
  for (const title of titles) if (title === wanted[next]) next++;
  return next === wanted.length;
}

function plainTitle(title: string): string {
  return title
    .replaceAll(/[*_`\\]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

/** A part ends at a block border when one is in its last part. */
const borderShare = 0.5;

/** Cuts Markdown. The parts put together are the whole. */
export function cutMarkdown(markdown: string, offset: number, maxChars: number): Part {
  const from = Math.min(Math.max(0, offset), markdown.length);
  const limit = maxChars > 0 ? from + maxChars : markdown.length;
  if (limit >= markdown.length) return { markdown: markdown.slice(from), truncated: from > 0 };
  const to = borderBefore(markdown, from, limit);
  return { markdown: markdown.slice(from, to), truncated: true, nextOffset: to };
}

function borderBefore(markdown: string, from: number, limit: number): number {
  const least = from + (limit - from) * borderShare;
  for (const border of ['\n\n', '\n', ' ']) {
    const at = markdown.lastIndexOf(border, limit - border.length);
    if (at > least) return at + border.length;
  }
  // Never between the two halves of one character.
  return /[\ud800-\udbff]/.test(markdown.charAt(limit - 1)) && limit - 1 > from ? limit - 1 : limit;
}

/** The headings of Markdown outside of code. */
export function outlineOf(markdown: string): OutlineEntry[] {
  const entries: OutlineEntry[] = [];
  let fence: string | undefined;
  for (const match of markdown.matchAll(/^(?:(`{3,}|~{3,}).*|(#{1,6})\s+(.+))$/gm)) {
    const [, ticks, marks, title = ''] = match;
    if (ticks !== undefined) fence = fence === undefined ? ticks : ticks.startsWith(fence) ? undefined : fence;
    else if (marks !== undefined && fence === undefined) entries.push({ level: marks.length, title: title.trim(), offset: match.index });
  }
  return entries;
}
