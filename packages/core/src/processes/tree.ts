/**
 * Finds and ends every process of a command. A command's shell sets a resource limit that nothing uses
 * (RLIMIT_RTTIME) to a number of its own; children inherit it through fork, exec, setsid and `env -i`, and
 * `/proc/<pid>/limits` shows it. Without /proc only the process group is reached.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A command's processes. */
export interface Tree {
  /** The shell; it leads a session and a process group. */
  readonly pid: number;
  readonly tag: number;
  /** True once the shell has ended: then its pid may be another process's. */
  shellEnded: boolean;
}

/** Pids of the living processes that carry a tag, or one that begins so. */
export function tagged(tag: number): number[] {
  return listProc().filter((pid) => hasTag(pid, tag));
}

function hasTag(pid: number, tag: number): boolean {
  return read(`/proc/${pid}/limits`).includes(` ${tag}`) && isAlive(pid);
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

function listProc(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** True for a process that exists and is no zombie. */
export function isAlive(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === '') return false;
  const state = stat.charAt(stat.lastIndexOf(')') + 2);
  return state !== 'Z' && state !== 'X';
}

/** Sends a signal to a process (or, for a negative pid, a group); false when there is none. */
export function signalPid(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/**
 * Ends a tree: the signal to every member, then SIGKILL to what is left after the grace time, repeated until nothing is.
 *
 * @returns the pids that survived all of it
 */
export async function endTree(tree: Tree, signal: NodeJS.Signals, graceMs: number): Promise<number[]> {
  if (signal !== 'SIGKILL') {
    const told = new Set<number>();
    const tell = (members: number[]) => {
      for (const pid of members) {
        if (told.has(pid)) continue;
        told.add(pid);
        if (signalPid(pid, signal)) signalPid(pid, 'SIGCONT');
      }
    };
    // Also those that a member starts before it gets the signal itself.
    if (await isGone(tree, graceMs, tell)) return [];
  }
  for (const deadline = Date.now() + 5000; Date.now() < deadline;) {
    const members = membersOf(tree);
    // Stopped first, so that a fork bomb cannot outrun the killing.
    for (const pid of members) signalPid(pid, 'SIGSTOP');
    for (const pid of members) signalPid(pid, 'SIGKILL');
    if (!tree.shellEnded) signalPid(-tree.pid, 'SIGKILL');
    if (await isGone(tree, 100)) return [];
  }
  return membersOf(tree);
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
  const count = latestPid() - tree.pid;
  if (!(count >= 0 && count < 500 && livedMs < 10_000)) return tagged(tree.tag);
  const pids = Array.from({ length: count }, (_, index) => tree.pid + 1 + index);
  return pids.filter((pid) => existsSync(`/proc/${pid}`) && hasTag(pid, tree.tag));
}

/** The pid that was given out last; not a number without /proc. */
export function latestPid(): number {
  return Number(read('/proc/loadavg').trim().split(' ').at(-1) || Number.NaN);
}

async function isGone(tree: Tree, withinMs: number, tell: (members: number[]) => void = () => undefined): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    const members = membersOf(tree);
    if (members.length === 0) return true;
    tell(members);
    if (Date.now() >= deadline) return false;
    await sleep(pause);
  }
}
