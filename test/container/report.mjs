/** Checks, one after the other, and what they measured. */

const results = [];
const measured = [];

export const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

/** Runs one check; what it returns is shown. */
export async function check(name, work) {
  const from = performance.now();
  try {
    const note = await work();
    results.push(true);
    console.log(`ok      ${name} (${seconds(performance.now() - from)})${note === undefined ? '' : `: ${note}`}`);
  } catch (error) {
    results.push(false);
    console.log(`FAILED  ${name}\n${error.stack}`);
  }
}

/** Keeps a figure for the end. */
export function measure(what, value) {
  measured.push([what, value]);
  return value;
}

/** Prints the figures and, as the last line, `N passed, N failed`; sets the exit code. */
export function finish() {
  console.log(`\n${measured.map(([what, value]) => `${what.padEnd(32)} ${value}`).join('\n')}\n`);
  const passed = results.filter(Boolean).length;
  console.log(`${passed} passed, ${results.length - passed} failed`);
  process.exitCode = passed === results.length ? 0 : 1;
}
