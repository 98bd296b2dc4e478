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

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
