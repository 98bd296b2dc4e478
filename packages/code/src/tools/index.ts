/** Every tool of the code server, in the order in which they are listed. */
import { contextCreate } from './context-create.ts';
import { contextDelete } from './context-delete.ts';
import { contextList } from './context-list.ts';
import { execute } from './execute.ts';
import { info } from './info.ts';
import { install } from './install.ts';
import { interrupt } from './interrupt.ts';

/** Every tool of the code server. */
export const tools = [execute, contextCreate, contextList, contextDelete, interrupt, install, info];
