/** Waits for the signal that ends a program. */

/** Settles at the first SIGTERM, SIGINT or SIGHUP. */
export function endSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(name, () => resolve());
  });
}
