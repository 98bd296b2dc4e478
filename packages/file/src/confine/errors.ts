/** Errors of the file system as errors that a caller can act on. */
import { type ErrorCode, ToolError } from '@sandlot/core';
import { quote } from '../workspace/names.ts';

const known: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['NOT_FOUND', 'does not exist'],
  EEXIST: ['ALREADY_EXISTS', 'exists already'],
  ENOTEMPTY: ['FAILED_PRECONDITION', 'is not empty'],
  ENOTDIR: ['FAILED_PRECONDITION', 'is not a folder'],
  EISDIR: ['FAILED_PRECONDITION', 'is a folder'],
  ELOOP: ['FAILED_PRECONDITION', 'became a link while the call ran'],
  EINVAL: ['FAILED_PRECONDITION', 'does not allow this'],
  EACCES: ['PERMISSION_DENIED', 'may not be accessed by this user'],
  EPERM: ['PERMISSION_DENIED', 'may not be changed by this user'],
  EROFS: ['PERMISSION_DENIED', 'is on a read-only file system'],
  EBUSY: ['FAILED_PRECONDITION', 'is in use'],
  ETXTBSY: ['FAILED_PRECONDITION', 'is a program that runs'],
  EXDEV: ['FAILED_PRECONDITION', 'is on another file system'],
  ENAMETOOLONG: ['INVALID_ARGUMENT', 'has a name that is too long'],
  ENOSPC: ['RESOURCE_EXHAUSTED', 'could not be written: the disk is full'],
  EDQUOT: ['RESOURCE_EXHAUSTED', 'could not be written: the quota is used up'],
  EFBIG: ['PAYLOAD_TOO_LARGE', 'would be too large for the file system'],
  EMFILE: ['RESOURCE_EXHAUSTED', 'could not be opened: too many files are open'],
  ENFILE: ['RESOURCE_EXHAUSTED', 'could not be opened: too many files are open'],
};

/** The error for a failed call of `node:fs`; anything else stays as it is. Says the caller's path, never a real one. */
export function fromErrno(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const row = ToolError.is(error) ? undefined : known[error.code];
  return row ? new ToolError(row[0], `${quote(path)} ${row[1]}.`, { cause: error }) : error;
}

/** Whether an error has this code of the operating system. */
export function hasErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}
