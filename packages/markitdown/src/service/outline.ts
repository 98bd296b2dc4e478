/** Outlines for an answer: short enough for one. */
import type { OutlineEntry } from '../convert/cut.ts';

const mostEntries = 200;

/** The headings as lines. When there are too many, the deepest levels are left out. */
export function outlineLines(outline: readonly OutlineEntry[]): { line: string; offset: number }[] {
  let shown = outline;
  for (let level = 5; shown.length > mostEntries && level > 0; level--) shown = outline.filter((entry) => entry.level <= level);
  return shown.slice(0, mostEntries).map(({ level, title, offset }) => ({ line: `${'#'.repeat(level)} ${title.slice(0, 120)}`, offset }));
}
