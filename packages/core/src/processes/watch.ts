/** A watch over the size of whole process trees. */
import { tagsOfAll } from './tree.ts';

const everyMs = 250;

/**
 * Watches how many processes trees have. `ulimit -u` would count all processes of the user, and does not hold for root.
 *
 * @param most processes of one tree
 * @param tags of the trees to watch; while there are none, nothing is looked at
 * @param onTooMany called once for each look that finds too many
 * @returns stops the watch
 */
export function watchChildren(most: number, tags: () => readonly number[], onTooMany: (tag: number) => void): () => void {
  const timer = setInterval(() => {
    const watched = tags();
    if (watched.length === 0) return;
    const counts = new Map<number, number>();
    for (const tag of tagsOfAll()) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    for (const tag of watched) if ((counts.get(tag) ?? 0) > most) onTooMany(tag);
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
