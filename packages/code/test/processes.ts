/** Processes, as tests look at them. */
import { readdirSync, readFileSync } from 'node:fs';

/** True while a process exists and is no zombie. */
export function isThere(pid: number): boolean {
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Pids of the living processes whose command line or environment holds a text. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(
      (pid) => pid > 0 && pid !== process.pid && isThere(pid) && ['cmdline', 'environ'].some((file) => read(pid, file).includes(text)),
    );
}

/** Pids of this process's children whose command line holds a text. */
export function childrenWith(text: string): number[] {
  return processesWith(text).filter((pid) => Number(/\) \S (\d+)/.exec(read(pid, 'stat'))?.[1]) === process.pid);
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
