/** Runs commands and says how long they took and how much memory they and their children had. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a command did. */
export interface Run {
  readonly ms: number;
  /** Largest sum of the memory of it and its children, in MB, as seen every few milliseconds. */
  readonly megabytes: number;
  readonly status: number | null;
  readonly error: string;
}

/** Runs a command to its end, at most for a minute. */
export async function timed(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Run> {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env, timeout: 60_000, killSignal: 'SIGKILL' });
  let error = '';
  child.stderr.on('data', (chunk: Buffer) => (error = (error + chunk.toString()).slice(-2000)));
  let bytes = 0;
  const look = setInterval(() => (bytes = Math.max(bytes, memoryOf(child.pid))), 10);
  try {
    const status = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
    return { ms: performance.now() - start, megabytes: bytes / 1e6, status, error: error.trim() };
  } finally {
    clearInterval(look);
  }
}

/** The middle one of some runs. */
export async function median(runs: number, once: () => Promise<Run>): Promise<Run> {
  const all: Run[] = [];
  for (let run = 0; run < runs; run++) all.push(await once());
  const sorted = all.toSorted((a, b) => a.ms - b.ms);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle) throw new Error('No runs.');
  return middle;
}

/** Memory of a process and its children, in bytes; 0 when it is gone. */
export function memoryOf(pid: number | undefined): number {
  if (pid === undefined) return 0;
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return pages * 4096 + children.reduce((sum, child) => sum + memoryOf(Number(child)), 0);
  } catch {
    return 0;
  }
}
