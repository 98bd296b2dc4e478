/**
 * Finds every process of a command. A command's shell sets a resource limit that nothing uses (RLIMIT_RTTIME) to a number of
 * its own; children inherit it through fork, exec, setsid and `env -i`, and `/proc/<pid>/limits` shows it. Without /proc only
 * the process group is reached.
 */
import { existsSync } from 'node:fs';
import type { PidsGroup } from './pids-group.ts';
import { isAlive, listProc, read } from './proc.ts';

/** A command's processes. */
export interface Tree {
  /** The shell; it leads a session and a process group. */
  readonly pid: number;
  readonly tag: number;
  /** True once the shell has ended: then its pid may be another process's. */
  shellEnded: boolean;
  /** The cgroup that its shell joined, where there is one. */
  readonly group?: PidsGroup | undefined;
  /** The latest pid before its shell could start others. Default: the shell's. */
  readonly since?: number | undefined;
}

/** Pids of the living processes that carry a tag, or one that begins so. */
export function tagged(tag: number): number[] {
  return listProc().filter((pid) => hasTag(pid, tag) && isAlive(pid));
}

/** True when a process, or a zombie, carries a tag, or one that begins so. */
export function hasTag(pid: number, tag: number): boolean {
  return read(`/proc/${pid}/limits`).includes(` ${tag}`);
}

/** The tag of every process that has one. */
export function tagsOfAll(): number[] {
  return listProc().flatMap((pid) => tagOf(pid) ?? []);
}

/** The tag of a process. */
export function tagOf(pid: number | 'self'): number | undefined {
  const tag = /realtime timeout +(\d{15}) /.exec(read(`/proc/${pid}/limits`))?.[1];
  return tag === undefined ? undefined : Number(tag);
}

/** The living processes of a tree, the shell included even before it could set its tag. */
export function membersOf(tree: Tree): number[] {
  const members = tagged(tree.tag);
  return tree.shellEnded || members.includes(tree.pid) || !isAlive(tree.pid) ? members : [tree.pid, ...members];
}

/**
 * The background children of a tree whose shell has just ended. Looks only at the pids that were given out since the
 * shell's where they are few, because this runs after every command.
 */
export function childrenOf(tree: Tree, livedMs: number): number[] {
  const { since = tree.pid } = tree;
  const count = latestPid() - since;
  if (!(count >= 0 && count < 500 && livedMs < 10_000)) return tagged(tree.tag);
  const pids = Array.from({ length: count }, (_, index) => since + 1 + index);
  return pids.filter((pid) => existsSync(`/proc/${pid}`) && hasTag(pid, tree.tag) && isAlive(pid));
}

/** The pid that was given out last; not a number without /proc. */
export function latestPid(): number {
  return Number(read('/proc/loadavg').trim().split(' ').at(-1) || Number.NaN);
}
