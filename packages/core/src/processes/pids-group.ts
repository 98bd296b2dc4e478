/**
 * A bound on a tree that the kernel holds, and that holds for root too: a cgroup with the pids controller, v1 or v2. It takes a server
 * that may write there, which is root outside of an ordinary container. See https://docs.kernel.org/admin-guide/cgroup-v2.html, "PID".
 */
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { read, signalPid } from './proc.ts';

/** The cgroup of one tree. */
export class PidsGroup {
  readonly #folder: string;

  /** @param folder of a cgroup that is there; {@link PidsGroup.open} makes one */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Makes the cgroup of a tree, below the server's own.
   *
   * @param tag of the tree
   * @param most processes and threads in it
   * @param parent the server's own cgroup
   * @returns undefined where that cannot be done
   */
  static open(tag: number, most: number, parent = pidsFolder()): PidsGroup | undefined {
    if (parent === undefined) return undefined;
    const folder = join(parent, `sandlot-${tag}`);
    try {
      mkdirSync(folder);
    } catch {
      return undefined;
    }
    const group = new PidsGroup(folder);
    // Under v2 the controller may not be handed down to here, or processes may not be allowed in.
    const type = read(join(folder, 'cgroup.type')).trim();
    if (existsSync(join(folder, 'pids.max')) && (type === '' || type === 'domain') && write(join(folder, 'pids.max'), String(most)))
      return group;
    group.remove();
    return undefined;
  }

  /** A process that writes its pid here joins. */
  get joinFile(): string {
    return join(this.#folder, 'cgroup.procs');
  }

  /** Pids in it and in the cgroups below it. */
  members(): number[] {
    return folders(this.#folder).flatMap((folder) => read(join(folder, 'cgroup.procs')).split('\n').filter(Boolean).map(Number));
  }

  /** Kills all of it; before that, nothing in it can fork any more. */
  kill(): void {
    write(join(this.#folder, 'pids.max'), '0');
    if (existsSync(join(this.#folder, 'cgroup.kill')) && write(join(this.#folder, 'cgroup.kill'), '1')) return;
    for (const pid of this.members()) if (pid > 1 && pid !== process.pid) signalPid(pid, 'SIGKILL');
  }

  /** Removes it; while somebody is in it, it stays. */
  remove(): void {
    for (const folder of folders(this.#folder).toReversed()) {
      try {
        rmdirSync(folder);
      } catch {}
    }
  }
}

/**
 * The server's own cgroup; undefined where pids are not counted, or under v2 not in the cgroups below it.
 *
 * @param groups what `/proc/self/cgroup` says
 * @param mounts where cgroups are mounted
 */
export function pidsFolder(groups = read('/proc/self/cgroup'), mounts = '/sys/fs/cgroup'): string | undefined {
  for (const line of groups.split('\n')) {
    const [, controllers = '', ...rest] = line.split(':');
    const path = rest.join(':');
    if (controllers.split(',').includes('pids')) {
      // A container may see its own cgroup as the root of the mount.
      return [join(mounts, 'pids'), join(mounts, 'pids,rdma')]
        .flatMap((mount) => [join(mount, path), mount])
        .find((folder) => existsSync(join(folder, 'cgroup.procs')));
    }
    const unified = join(mounts, path);
    if (controllers === '' && read(join(unified, 'cgroup.subtree_control')).includes('pids')) return unified;
  }
  return undefined;
}

function folders(folder: string): string[] {
  try {
    const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [folder, ...below.flatMap(({ name }) => folders(join(folder, name)))];
  } catch {
    return [];
  }
}

function write(path: string, text: string): boolean {
  try {
    writeFileSync(path, text);
    return true;
  } catch {
    return false;
  }
}
