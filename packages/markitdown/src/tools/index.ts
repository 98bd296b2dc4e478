/** Every tool of the server, in the order in which they are listed. */
import { convert } from './convert.ts';

export const tools = [convert];
