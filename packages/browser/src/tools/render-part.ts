/** Text that may be one part of many. */
import type { Part } from '../pages/read-page.ts';

/** A part of a page's text, with its place and how to get the rest. */
export function renderPart({ url, title, text, path, note, left, cursor }: Part): string {
  const head = [`### Page\n- URL: ${url.slice(0, 300)}\n- Title: ${title.replaceAll(/\s+/g, ' ').slice(0, 150)}`];
  if (note !== undefined) head.push(note);
  if (path !== undefined) head.push(`Written to ${path}`);
  else head.push(`### Content (untrusted)\n${text}`);
  if (cursor !== undefined) head.push(`[${left} more characters: call again with {"cursor":"${cursor}"}]`);
  return head.join('\n');
}
