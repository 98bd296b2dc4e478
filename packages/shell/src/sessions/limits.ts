/** Limits for every command, as bash and the kernel hold them. */
import { PidsGroup, userTasks } from '@sandlot/core/processes';

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

/**
 * A bound on the processes of a command that no fork bomb can outrun: a cgroup, or `ulimit -u`, which does not hold for root. The watch in
 * command-store.ts ends a command at its limit; the bounds are wider, as they count threads too.
 *
 * @param children most processes of the command; 0 is no limit
 */
export function boundProcesses(tag: number, children: number): { group?: PidsGroup | undefined; limits: string[] } {
  if (children === 0) return { limits: [] };
  const group = PidsGroup.open(tag, children + Math.max(16, Math.ceil(children / 4)));
  // Counts what else the user runs, also what begins later: hence twice.
  const limits = group || process.getuid?.() === 0 ? [] : [`-u ${userTasks() + 2 * children} 2>/dev/null`];
  return { group, limits };
}

/** Arguments of `ulimit`. */
export function toUlimits({ cpuSeconds, memoryMb, fileMb }: CommandLimits): string[] {
  return [
    ...(cpuSeconds > 0 ? [`-t ${cpuSeconds}`] : []),
    ...(memoryMb > 0 ? [`-v ${memoryMb * 1024}`] : []),
    ...(fileMb > 0 ? [`-f ${fileMb * 1024}`] : []),
  ];
}
