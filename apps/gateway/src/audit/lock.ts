/** Sees to it that one process writes a log. */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';

/**
 * Takes a lock file. A lock whose process is gone is taken over.
 *
 * @returns undefined when a living process holds it
 */
export async function takeLock(path: string): Promise<AsyncDisposable | undefined> {
  const mine = `${path}.${process.pid}`;
  const content = `${process.pid} ${await startTime(process.pid)}\n`;
  await writeFile(mine, content, { mode: 0o600 });
  try {
    if (!(await linked(mine, path))) {
      if (!(await removeStale(path, mine)) || !(await linked(mine, path))) return undefined;
    }
    return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
  } finally {
    await rm(mine, { force: true });
  }
}

/** Link is the one way to make a file with its content at once. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the lock of a dead process away. When another process was faster, what was moved is its lock, and goes back. */
async function removeStale(path: string, mine: string): Promise<boolean> {
  const judged = await readIfThere(path);
  if (judged !== undefined && (await isAlive(judged))) return false;
  const aside = `${mine}.stale`;
  try {
    await rename(path, aside);
  } catch {
    return true;
  }
  const isJudged = (await readIfThere(aside)) === judged;
  if (!isJudged) await linked(aside, path);
  await rm(aside, { force: true });
  return isJudged;
}

async function isAlive(content: string): Promise<boolean> {
  const [pid, started] = content.trim().split(' ');
  return Boolean(started) && (await startTime(Number(pid))) === started;
}

/** Start time of a process where /proc tells it, so that a number used again is not taken for the old process. Empty: it is not there. */
async function startTime(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    const stat = (await readIfThere(`/proc/${pid}/stat`)) ?? '';
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  }
  try {
    process.kill(pid, 0);
    return 'running';
  } catch {
    return '';
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
