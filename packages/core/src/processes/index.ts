/** Process trees: every process that a command or a kernel starts can be found and ended. */
export { boundProcesses, type ProcessBound } from './bound.ts';
export { endTree } from './end.ts';
export { baseEnvironment, type Environment } from './environment.ts';
export { PidsGroup, pidsFolder } from './pids-group.ts';
export { isAlive, listProc, read as readProc, signalPid } from './proc.ts';
export { Tags } from './tags.ts';
export { childrenOf, latestPid, membersOf, tagged, tagOf, tagsOfAll, type Tree } from './tree.ts';
export { userTasks } from './user-tasks.ts';
export { watchChildren } from './watch.ts';
