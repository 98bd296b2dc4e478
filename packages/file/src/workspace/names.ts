/** Names as they may be shown: one line each, nothing invisible, and taken as a path again. */

/** Escapes control characters, so that a name cannot forge a second entry or move the cursor, and bytes that are not valid UTF-8. */
export function showName(name: string): string {
  // Most names are plain, and a test costs a third of a replacement.
  return plain.test(name) ? name : name.split('/').map(escape).join('/');
}

const plain = /^[ -~]*$/;
// eslint-disable-next-line no-control-regex
const invisible = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069\uDC80-\uDCFF]/u;
// eslint-disable-next-line no-control-regex
const escaped = /[\\\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069\uDC80-\uDCFF]/gu;

function escape(name: string): string {
  // A backslash alone is plain.
  if (!invisible.test(name)) return name;
  return name.replaceAll(escaped, (character) => {
    const code = character.charCodeAt(0);
    if (character === '\\') return '\\\\';
    if (character === '\n') return String.raw`\n`;
    if (character === '\t') return String.raw`\t`;
    // Half a surrogate pair stands for a byte; see confine/name-bytes.ts.
    const isByte = code >= 0xdc80 && code <= 0xdcff;
    return code < 128 || isByte ? String.raw`\x${hex(code & 0xff, 2)}` : String.raw`\u${hex(code, 4)}`;
  });
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** The name that {@link showName} shows like this; undefined when it shows none like this, or it is the text itself. */
export function fromShown(shown: string): string | undefined {
  if (!shown.includes('\\')) return undefined;
  const name = shown.replaceAll(/\\(?:(\\)|(n)|(t)|x([0-9a-f]{2})|u([0-9a-f]{4}))/g, (_, backslash, newline, tab, byte, code) => {
    if (backslash) return '\\';
    if (newline) return '\n';
    if (tab) return '\t';
    const value = Number.parseInt(String(byte ?? code), 16);
    return String.fromCharCode(byte && value > 127 ? 0xdc00 + value : value);
  });
  return name === shown || name.includes('\0') || showName(name) !== shown ? undefined : name;
}

/** A name as text that JSON can carry: as it is, or as it is shown. */
export function asText(name: string): string {
  return name.isWellFormed() ? name : showName(name);
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
