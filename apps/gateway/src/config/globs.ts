/** Names by pattern: `*` stands for any characters, `!` before a pattern takes names away. */

/** True when a name fits a pattern. Takes time linear in the name, whatever the pattern holds. */
export function matchesGlob(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** A list of patterns, checked and ready. */
export interface NameList {
  readonly patterns: readonly string[];
  includes(name: string): boolean;
  /** Names that the list says in full, without a `*`. */
  readonly exact: readonly string[];
}

/**
 * Makes a list. What a `!` pattern fits is out, whatever else fits; with `!` patterns only, everything else is in.
 *
 * @param patterns undefined lets every name in; an empty list none
 */
export function nameList(patterns: readonly string[] | undefined): NameList {
  const all = patterns ?? ['*'];
  const out = all.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const into = all.filter((pattern) => !pattern.startsWith('!'));
  const open = into.length === 0 && out.length > 0;
  return {
    patterns: all,
    includes: (name) => (open || into.some((pattern) => matchesGlob(pattern, name))) && !out.some((pattern) => matchesGlob(pattern, name)),
    exact: [...into, ...out].filter((pattern) => !pattern.includes('*')),
  };
}
