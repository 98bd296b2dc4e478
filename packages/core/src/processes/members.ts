/** Looks again and again for the processes of one tree, as cheaply as a fork bomb demands. */
import { listProc, signalPid, type Stat, statOf } from './proc.ts';
import { hasTag, type Tree } from './tree.ts';

/**
 * The processes of one tree. A look reads one small file of each process. Whether it carries the tag is read only once, and not at
 * all where its session is that of another member: a session that a member is in belongs to the tree as a whole.
 */
export class Members {
  readonly #tree: Tree;
  /** By pid: when the process began, and whether it carries the tag. */
  #known = new Map<number, { startedAt: number; isMember: boolean }>();
  /** The server's own session is never taken for a member's: a shell is in it until it has made its own. */
  readonly #own = statOf(process.pid);

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  /** The living members now. */
  look(): Stat[] {
    const stats = listProc().flatMap((pid) => statOf(pid) ?? []);
    const known = new Map<number, { startedAt: number; isMember: boolean }>();
    const sessions = new Set<number>();
    const grouped = new Set(this.#tree.group?.members());
    const isMember = (stat: Stat) => {
      if (grouped.has(stat.pid) || (!this.#tree.shellEnded && stat.pid === this.#tree.pid)) return true;
      const before = this.#known.get(stat.pid);
      if (before?.startedAt === stat.startedAt) return before.isMember;
      return sessions.has(stat.session) || hasTag(stat.pid, this.#tree.tag);
    };
    const members: Stat[] = [];
    for (const stat of stats) {
      const found = isMember(stat);
      known.set(stat.pid, { startedAt: stat.startedAt, isMember: found });
      if (!found) continue;
      if (stat.session !== this.#own?.session) sessions.add(stat.session);
      if (stat.alive) members.push(stat);
    }
    this.#known = known;
    return members;
  }

  /** Signals members by their process groups, which no fork can outrun, and singly those in the server's own session. */
  signal(members: readonly Stat[], signal: NodeJS.Signals): void {
    const targets = members.map(({ pid, group, session }) => (group > 1 && session !== this.#own?.session ? -group : pid));
    for (const target of new Set(targets)) signalPid(target, signal);
  }
}
