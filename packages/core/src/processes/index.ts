/** Process trees: every process that a command or a kernel starts can be found and ended. */
export { baseEnvironment, type Environment } from './environment.ts';
export { Tags } from './tags.ts';
export { childrenOf, endTree, isAlive, membersOf, signalPid, tagged, tagOf, tagsOfAll, type Tree } from './tree.ts';
export { watchChildren } from './watch.ts';
