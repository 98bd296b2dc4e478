/** What process trees use: memory and ports, from `/proc`. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tagOf, type Tree } from '@sandlot/core/processes';

/** What one tree uses. */
export interface Usage {
  /** Resident memory of all its processes, in bytes; what they share is counted for each. */
  readonly memoryBytes: number;
  /** TCP ports that it listens on, in order. */
  readonly ports: readonly number[];
}

/** Looks at trees, all in one pass over the processes. */
export function usageOf(trees: readonly Tree[]): ReadonlyMap<Tree, Usage> {
  if (trees.length === 0) return new Map();
  const members = new Map<number, number[]>();
  for (const pid of pids()) {
    const tag = tagOf(pid);
    if (tag !== undefined) members.set(tag, [...(members.get(tag) ?? []), pid]);
  }
  return new Map(trees.map((tree) => [tree, usage(members.get(tree.tag) ?? [])]));
}

function usage(members: readonly number[]): Usage {
  const ports = new Set(members.flatMap(portsOf));
  return { memoryBytes: members.reduce((sum, pid) => sum + memoryOf(pid), 0), ports: [...ports].toSorted((a, b) => a - b) };
}

function pids(): number[] {
  return list('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
}

function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** A process may have a network of its own, so the table is read through it. */
function portsOf(pid: number): number[] {
  const sockets = new Set(list(`/proc/${pid}/fd`).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1] ?? []));
  if (sockets.size === 0) return [];
  return ['tcp', 'tcp6'].flatMap((table) => listening(read(`/proc/${pid}/net/${table}`), sockets));
}

/** A row: slot, local address `HEX:PORT`, remote address, state (0A listens), queues, timer, retransmits, uid, timeout, inode. */
function listening(table: string, sockets: ReadonlySet<string>): number[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return state === '0A' && sockets.has(inode) ? [Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16)] : [];
  });
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
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

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
