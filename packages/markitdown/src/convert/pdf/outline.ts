/** The outline (bookmarks) of a PDF: its entries are headings, and say their levels. */

/** An entry as the engine lists it. */
interface Entry {
  readonly title: string;
  readonly items: readonly Entry[];
}

/** Levels by title, in letters and digits only. Titles at several levels keep the highest. */
export function outlineLevels(entries: unknown, level = 1, found = new Map<string, number>()): Map<string, number> {
  if (!Array.isArray(entries) || level > 6 || found.size > 20_000) return found;
  for (const entry of entries as readonly unknown[]) {
    if (!isEntry(entry)) continue;
    const key = titleKey(entry.title);
    if (key !== '' && !found.has(key)) found.set(key, level);
    outlineLevels(entry.items, level + 1, found);
  }
  return found;
}

/** What is compared of a title. */
export function titleKey(title: string): string {
  return title
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '');
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && 'title' in value && typeof value.title === 'string' && 'items' in value;
}
