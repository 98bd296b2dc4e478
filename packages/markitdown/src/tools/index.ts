/** Every tool of the server, in the order in which they are listed. */
import { convert } from './convert.ts';
import { convertToFile } from './convert-to-file.ts';
import { info } from './info.ts';

export const tools = [convert, convertToFile, info];
