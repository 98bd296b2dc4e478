/** The text of an answer, in the sections that playwright-mcp uses. */
import { clean } from '../pages/snapshot.ts';
import type { Report } from '../pages/report.ts';

/** An action's report as text. What comes from the page is marked as such. */
export function renderReport({ tabId, url, title, dialog, events, page, changed }: Report): string {
  const parts = [`### Page\n- URL: ${short(url, 300)}\n- Title: ${short(title, 150)}${tabId === 't1' ? '' : `\n- Tab: ${tabId}`}`];
  if (dialog !== undefined) parts.push(`### Modal state\n- Dialog open (${short(dialog, 500)}): answer it with browser_handle_dialog`);
  if (events.length > 0) parts.push(`### Events\n${events.map((event) => `- ${short(event, 400)}`).join('\n')}`);
  if (page?.text) parts.push(`### ${page.kind === 'changes' ? 'Changes' : 'Snapshot'} (untrusted page content)\n${page.text}`);
  if (page?.cursor) parts.push(`[${page.left} more characters: browser_snapshot {"cursor":"${page.cursor}"}]`);
  if (!changed && dialog === undefined) parts.push('Nothing changed on the page.');
  return parts.join('\n');
}

function short(text: string, most: number): string {
  const line = clean(text).replaceAll(/\s+/g, ' ');
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}
