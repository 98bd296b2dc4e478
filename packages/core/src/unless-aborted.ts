/** Stops waiting for what cannot be stopped itself. */

/**
 * Waits for a result, which goes on being made when the caller has gone.
 *
 * @throws the signal's reason once it aborts
 */
export async function unlessAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([result, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    result.catch(() => undefined);
  }
}
