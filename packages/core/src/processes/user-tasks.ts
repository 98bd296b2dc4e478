/** How many processes the server's user has, which is what `ulimit -u` limits. */
import { statSync } from 'node:fs';
import { listProc, statOf } from './proc.ts';

const freshMs = 100;
let latest = { at: Number.NEGATIVE_INFINITY, count: 0 };

/** Processes of the server's user with their threads, as they were within the last tenth of a second. */
export function userTasks(): number {
  if (performance.now() - latest.at > freshMs) {
    const uid = process.getuid?.();
    const threads = listProc().map((pid) => (ownerOf(pid) === uid ? (statOf(pid)?.threads ?? 0) : 0));
    latest = { at: performance.now(), count: threads.reduce((sum, count) => sum + count, 0) };
  }
  return latest.count;
}

function ownerOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}
