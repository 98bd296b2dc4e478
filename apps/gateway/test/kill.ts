/** Kills a process that a test has looked up. One that is not there fails the test: the number 0 would be the whole group of the tests. */
export function kill(pid: number | undefined): void {
  if (pid === undefined || pid <= 1) throw new Error(`There is no process to kill: ${pid}.`);
  process.kill(pid, 'SIGKILL');
}
