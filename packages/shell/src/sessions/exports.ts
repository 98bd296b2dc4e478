/** Reads what `declare -px` prints: exported variables, in the two ways in which bash quotes. */

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  E: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

// In latin1 a character is a byte, so values in any encoding pass.
const declaration = /declare -(\w+) (\w+)(?:=(?:"((?:[^"\\]|\\[^])*)"|\$'((?:[^'\\]|\\[^])*)'))?\n/y;

/** Exported variables by name. Arrays, and variables without a value, cannot be exported and are left out. */
export function parseExports(bytes: Buffer): Map<string, string> {
  const text = bytes.toString('latin1');
  const variables = new Map<string, string>();
  for (let from = 0; from < text.length;) {
    declaration.lastIndex = from;
    const match = declaration.exec(text);
    if (!match) {
      const next = text.indexOf('\ndeclare -', from);
      if (next === -1) break;
      from = next + 1;
      continue;
    }
    from = declaration.lastIndex;
    const [, , name, quoted, escaped] = match;
    const value = quoted?.replaceAll(/\\([\\"$`])/g, '$1') ?? (escaped === undefined ? undefined : unescape(escaped));
    if (name !== undefined && value !== undefined) variables.set(name, Buffer.from(value, 'latin1').toString());
  }
  return variables;
}

function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{1,3}|[^])/g, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes[code] ?? code),
  );
}
