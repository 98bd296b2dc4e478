/** A watch over the size of whole process trees. */
import { latestPid, tagsOfAll } from './tree.ts';

const everyMs = 250;

/**
 * Watches how many processes trees have. The kernel's own bounds (see pids-group.ts, user-tasks.ts) count threads, or all of the user's, so they are wider.
 *
 * @param most processes of one tree
 * @param tags of the trees to watch; while there are none, or hardly a process has begun, nothing is looked at
 * @param onTooMany called once for each look that finds too many
 * @returns stops the watch
 */
export function watchChildren(most: number, tags: () => readonly number[], onTooMany: (tag: number) => void): () => void {
  // What the last look found: the latest pid, and the size of the largest tree.
  let seen = { pid: Number.NaN, most: 0 };
  const timer = setInterval(() => {
    const watched = tags();
    if (watched.length === 0) return;
    const pid = latestPid();
    // A look reads a file of every process. Where too few have begun since the last one, it can find nothing.
    if (pid >= seen.pid && seen.most + pid - seen.pid <= most) return;
    const counts = new Map<number, number>();
    for (const tag of tagsOfAll()) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    seen = { pid, most: Math.max(0, ...counts.values()) };
    for (const tag of watched) if ((counts.get(tag) ?? 0) > most) onTooMany(tag);
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
