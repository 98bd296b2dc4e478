/** A server over HTTP that does not know its session any more, by a restart: the request was not taken. */
import { ToolError } from '@sandlot/core';

const lost = new WeakSet<object>();

/** Makes the error of a request that was answered so. */
export function sessionLost(server: string, cause: unknown): ToolError {
  const error = new ToolError('UNAVAILABLE', `The server "${server}" does not know this session any more.`, { cause });
  lost.add(error);
  return error;
}

/** True for such an error. */
export function isSessionLost(error: unknown): boolean {
  return typeof error === 'object' && error !== null && lost.has(error);
}
