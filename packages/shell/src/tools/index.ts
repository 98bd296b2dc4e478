/** Every tool of the shell server, in the order in which they are listed. */
import { exec } from './exec.ts';
import { kill } from './kill.ts';
import { list } from './list.ts';
import { read } from './read.ts';
import { write } from './write.ts';

/** Every tool of the shell server. */
export const tools = [exec, read, write, kill, list];
