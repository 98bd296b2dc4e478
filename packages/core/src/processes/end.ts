/** Ends process trees, fork bombs too. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Members } from './members.ts';
import { signalPid, type Stat } from './proc.ts';
import type { Tree } from './tree.ts';

/** How long killing goes on while no fewer are left than before. */
const stuckMs = 5000;

/**
 * Ends a tree: the signal to every member, then SIGKILL to what is left after the grace time, repeated until nothing is, for as long as
 * it helps.
 *
 * @returns the pids that survived all of it
 */
export async function endTree(tree: Tree, signal: NodeJS.Signals, graceMs: number): Promise<number[]> {
  const members = new Members(tree);
  if (signal !== 'SIGKILL') {
    const told = new Set<number>();
    const tell = (found: readonly Stat[]) => {
      for (const { pid } of found) {
        if (told.has(pid)) continue;
        told.add(pid);
        if (signalPid(pid, signal)) signalPid(pid, 'SIGCONT');
      }
    };
    // Also those that a member starts before it gets the signal itself.
    if (await isGone(members, graceMs, tell)) return [];
  }
  let least = Number.POSITIVE_INFINITY;
  let deadline = 0;
  for (;;) {
    if (!tree.shellEnded) signalPid(-tree.pid, 'SIGKILL');
    tree.group?.kill();
    const found = stopAll(members);
    members.signal(found, 'SIGKILL');
    if ((await isGone(members, 100)) && (await staysGone(members))) return [];
    if (found.length < least) {
      least = found.length;
      deadline = Date.now() + stuckMs;
    } else if (Date.now() >= deadline) return members.look().map(({ pid }) => pid);
  }
}

/** Stops members until no new one shows up: what a fork bomb with a session for each process needs. */
function stopAll(members: Members): Stat[] {
  const stopped = new Set<number>();
  for (let round = 0; ; round++) {
    const found = members.look();
    const fresh = found.filter(({ pid }) => !stopped.has(pid));
    if (fresh.length === 0 || round >= 10) return found;
    members.signal(fresh, 'SIGSTOP');
    for (const { pid } of fresh) stopped.add(pid);
  }
}

async function isGone(members: Members, withinMs: number, tell: (found: readonly Stat[]) => void = () => undefined): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    const found = members.look();
    if (found.length === 0) return true;
    tell(found);
    if (Date.now() >= deadline) return false;
    await sleep(pause);
  }
}

/** A process that was born and whose parent ended between two lines of one look is seen by none; it is by the next. */
async function staysGone(members: Members): Promise<boolean> {
  for (let round = 0; round < 3; round++) {
    await sleep(10);
    if (members.look().length > 0) return false;
  }
  return true;
}
