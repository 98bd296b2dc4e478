/** Names as they may be shown: one line each, nothing invisible. */

/** Escapes control characters, so that a name cannot forge a second entry or move the cursor. */
export function showName(name: string): string {
  // Most names are plain, and a test costs a third of a replacement.
  return plain.test(name) ? name : escape(name);
}

const plain = /^[ -~]*$/;

function escape(name: string): string {
  // eslint-disable-next-line no-control-regex
  return name.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\n') return String.raw`\n`;
    if (character === '\t') return String.raw`\t`;
    return code < 256 ? String.raw`\x${code.toString(16).padStart(2, '0')}` : String.raw`\u${code.toString(16)}`;
  });
}

/** Longest value that an error repeats, in characters. */
const mostQuoted = 200;

/** A value, fit for an error: control characters escaped, the middle of a long one left out. */
export function brief(value: string): string {
  const shown = showName(value);
  const half = mostQuoted / 2;
  return shown.length <= mostQuoted ? shown : `${shown.slice(0, half)}…${shown.slice(-half)}`.toWellFormed();
}

/** {@link brief} in quotes. */
export function quote(value: string): string {
  return `"${brief(value)}"`;
}
