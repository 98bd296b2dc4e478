/** Process trees: every process that a command or a kernel starts can be found and ended. */
export { childrenOf, endTree, isAlive, membersOf, signalPid, tagged, tagOf, tagsOfAll, type Tree } from './tree.ts';
