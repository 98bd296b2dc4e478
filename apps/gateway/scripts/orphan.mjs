/** npm runs a script through a shell, and the signals that npm gets end that shell, not the script. */

/**
 * Acts once the process that started this one is gone.
 *
 * @param {() => void} act
 * @param {number} everyMs how often is looked, in milliseconds
 */
export function onOrphaned(act, everyMs = 300) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, everyMs);
  timer.unref();
}
