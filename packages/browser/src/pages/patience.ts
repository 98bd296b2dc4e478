/** Waits for an answer in time that this process had, so that a machine which is busy with other work is not taken for silence. */
import { setTimeout as delay } from 'node:timers/promises';

const tickMs = 100;

/** True when the promise settles within about `ms`; each tick counts as one, however long it really took. */
export async function settlesWithin(answered: Promise<unknown>, ms: number): Promise<boolean> {
  const settled = answered.then(
    () => true,
    () => true,
  );
  for (let tick = 0; tick < ms / tickMs; tick++) {
    const stop = new AbortController();
    const ticked = delay(tickMs, false, { signal: stop.signal }).catch(() => false);
    const done = await Promise.race([settled, ticked]);
    stop.abort();
    if (done) return true;
  }
  return false;
}
