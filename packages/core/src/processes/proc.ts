/** Processes as `/proc` shows them. Without it there are none. */
import { readdirSync, readFileSync } from 'node:fs';

/** What `/proc/<pid>/stat` tells of a process. */
export interface Stat {
  readonly pid: number;
  /** False for a zombie. */
  readonly alive: boolean;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly threads: number;
  /** Clock ticks since boot; with the pid, this names a process for good. */
  readonly startedAt: number;
}

/** Pids of all processes, zombies included. */
export function listProc(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

/** A file's text; empty when it cannot be read. */
export function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** The facts about a process; undefined when there is none. */
export function statOf(pid: number): Stat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === '') return undefined;
  // Field 2, the name, may hold anything; field 3 comes after its last bracket. See proc_pid_stat(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (field: number) => Number(fields[field - 3]);
  const alive = fields[0] !== 'Z' && fields[0] !== 'X';
  return { pid, alive, parent: number(4), group: number(5), session: number(6), threads: number(20), startedAt: number(22) };
}

/** True for a process that exists and is no zombie. */
export function isAlive(pid: number): boolean {
  return statOf(pid)?.alive === true;
}

/** Sends a signal to a process (or, for a negative pid, a group); false when there is none. */
export function signalPid(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
