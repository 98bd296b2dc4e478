/** Limits for every command: what bash can set for a process, and a watch over the size of whole trees. */
import { tagsOfAll } from '@sandlot/core/processes';

/** Limits of one command; 0 is none. */
export interface CommandLimits {
  /** Seconds on the CPU of one process. */
  cpuSeconds: number;
  /** Address space of one process, in MiB. */
  memoryMb: number;
  /** Size of a file that is written, in MiB. */
  fileMb: number;
  /** Processes of one command, its background children included. */
  children: number;
}

/** Arguments of `ulimit`. */
export function toUlimits({ cpuSeconds, memoryMb, fileMb }: CommandLimits): string[] {
  return [
    ...(cpuSeconds > 0 ? [`-t ${cpuSeconds}`] : []),
    ...(memoryMb > 0 ? [`-v ${memoryMb * 1024}`] : []),
    ...(fileMb > 0 ? [`-f ${fileMb * 1024}`] : []),
  ];
}

const everyMs = 250;

/**
 * Watches how many processes commands have. `ulimit -u` would count all processes of the user, and does not hold for root.
 *
 * @param most processes of one command
 * @param tags of the commands to watch; while there are none, nothing is looked at
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
