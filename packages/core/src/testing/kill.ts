/** Ends processes that a test has looked up. */

/**
 * Kills with SIGKILL. One that has ended meanwhile is dead enough.
 *
 * @throws when a number is missing: the number 0 would be the whole process group of the tests
 */
export function kill(...pids: readonly (number | undefined)[]): void {
  for (const pid of pids) {
    if (pid === undefined || !(pid > 1)) throw new Error(`There is no process to kill: ${pid}.`);
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}
