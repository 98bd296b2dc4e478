/** What process trees use, from /proc. Elsewhere than on Linux there are no trees. */
import { listProc, readProc } from '@sandlot/core/processes';

/** Use of one tree. */
export interface TreeUse {
  /** CPU time of its living processes, and of those ended ones that they waited for, in seconds. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly processes: number;
}

interface ProcessFacts {
  readonly parent: number;
  readonly cpuSeconds: number;
}

/** Linux counts CPU time for programs in this many ticks a second, whatever the kernel's own clock is. */
const ticksPerSecond = 100;

/** Looks at all processes once, and adds up the trees below the given ones. A process that left its tree is not found. */
export function usesOf(roots: readonly number[]): ReadonlyMap<number, TreeUse> {
  const all = new Map(listProc().flatMap((pid) => entry(pid)));
  const children = Map.groupBy(all.keys(), (pid) => all.get(pid)?.parent ?? 0);
  return new Map(
    roots.map((root) => {
      const members = [root];
      for (const pid of members) members.push(...(children.get(pid) ?? []));
      const present = members.filter((pid) => all.has(pid));
      const sum = (of: (pid: number) => number) => present.reduce((total, pid) => total + of(pid), 0);
      return [
        root,
        {
          cpuSeconds: sum((pid) => all.get(pid)?.cpuSeconds ?? 0),
          residentBytes: sum(residentBytes),
          processes: present.length,
        },
      ] as const;
    }),
  );
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; the name in parentheses may hold anything. */
function entry(pid: number): [number, ProcessFacts][] {
  const stat = readProc(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 15) return [];
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return [[pid, { parent: Number(fields[1]), cpuSeconds: ticks / ticksPerSecond }]];
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}
