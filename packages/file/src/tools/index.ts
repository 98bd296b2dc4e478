/** The tools, in the order in which they are listed. */
import { checkpoint } from './checkpoint.ts';
import { copy } from './copy.ts';
import { remove } from './delete.ts';
import { diff } from './diff.ts';
import { edit } from './edit.ts';
import { glob } from './glob.ts';
import { grep } from './grep.ts';
import { list } from './list.ts';
import { mkdir } from './mkdir.ts';
import { move } from './move.ts';
import { pack } from './pack.ts';
import { patch } from './patch.ts';
import { read } from './read.ts';
import { restore } from './restore.ts';
import { stat } from './stat.ts';
import { unpack } from './unpack.ts';
import { watch } from './watch.ts';
import { write } from './write.ts';

export const tools = [
  read,
  write,
  edit,
  list,
  glob,
  grep,
  stat,
  move,
  copy,
  remove,
  mkdir,
  patch,
  checkpoint,
  diff,
  restore,
  pack,
  unpack,
  watch,
];
