/** Formats of archives. */
import { ToolError } from '@sandlot/core';
import { quote } from '../workspace/names.ts';

/** A format that can be read and written. */
export type Format = 'zip' | 'tar' | 'tar.gz';

/** The format that a name stands for. */
export function formatOfName(path: string): Format {
  if (/\.zip$/i.test(path)) return 'zip';
  if (/\.(?:tar\.gz|tgz)$/i.test(path)) return 'tar.gz';
  if (/\.tar$/i.test(path)) return 'tar';
  throw new ToolError('INVALID_ARGUMENT', `The name ${quote(path)} says no format.`, {
    advice: 'Use a name that ends with .zip, .tar, .tar.gz or .tgz.',
  });
}

/** The format of a file by its first 512 bytes. */
export function formatOfContent(path: string, head: Buffer): Format {
  if (head.subarray(0, 2).equals(Buffer.from('PK'))) return 'zip';
  if (head[0] === 0x1f && head[1] === 0x8b) return 'tar.gz';
  if (head.toString('latin1', 257, 262) === 'ustar') return 'tar';
  throw new ToolError('UNSUPPORTED', `${quote(path)} is not a zip, tar or tar.gz archive.`);
}
