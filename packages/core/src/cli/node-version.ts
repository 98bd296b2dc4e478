/** Says at once, and in words, when Node.js is too old. */

/** Oldest Node.js on which everything works; the same as `engines` in the package files. */
const oldest = [22, 15] as const;

/**
 * Ends the process with exit code 2 when its Node.js is too old.
 *
 * @param name how the program is called
 */
export function requireNode(name: string, version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  process.stderr.write(`${name} needs Node.js ${oldest.join('.')} or later; this is ${version}. See https://nodejs.org.\n`);
  process.exit(2);
}
