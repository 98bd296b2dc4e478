/** A bound on the processes of a tree. */
import { PidsGroup } from './pids-group.ts';
import { userTasks } from './user-tasks.ts';

/** What holds a tree: a cgroup, or arguments of bash's `ulimit`. */
export interface ProcessBound {
  readonly group?: PidsGroup | undefined;
  readonly limits: string[];
}

/**
 * A bound on the processes of a tree that no fork bomb can outrun: a cgroup, or `ulimit -u`, which does not hold for root. It counts
 * threads, so it is wider than what watch.ts watches for.
 *
 * @param children most processes of the tree; 0 is no limit
 * @param threads room for threads beside. Default: a quarter, at least 16
 */
export function boundProcesses(tag: number, children: number, threads = Math.max(16, Math.ceil(children / 4))): ProcessBound {
  if (children === 0) return { limits: [] };
  const group = PidsGroup.open(tag, children + threads);
  // Counts what else the user runs, also what begins later: hence twice.
  const limits = group || process.getuid?.() === 0 ? [] : [`-u ${userTasks() + 2 * children} 2>/dev/null`];
  return { group, limits };
}
