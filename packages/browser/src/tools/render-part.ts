/** Text that may be one part of many. */
import type { Part } from '../pages/read-page.ts';

/** A part of a page's text, with its place and how to get the rest. */
export function renderPart({ url, title, note, ...part }: Part): string {
  const head = `### Page\n- URL: ${url.slice(0, 300)}\n- Title: ${title.replaceAll(/\s+/g, ' ').slice(0, 150)}`;
  return `${head}\n${note === undefined ? '' : `${note}\n`}${renderText(part, 'Content')}`;
}

/** A text from a page under its heading, or where it was written. */
export function renderText({ text, left, cursor, path }: Pick<Part, 'text' | 'left' | 'cursor' | 'path'>, heading: string): string {
  if (path !== undefined) return `Written to ${path}`;
  const rest = cursor === undefined ? '' : `\n[${left} more characters: browser_snapshot {"cursor":"${cursor}"}]`;
  return `### ${heading} (untrusted, ${text.length} characters)\n${text}${rest}`;
}
