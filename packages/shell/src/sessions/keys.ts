/** Keys as a terminal sends them. */

const named: Readonly<Record<string, string>> = {
  enter: '\r',
  tab: '\t',
  'shift+tab': '\u001b[Z',
  space: ' ',
  backspace: '\u007f',
  escape: '\u001b',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  home: '\u001b[H',
  end: '\u001b[F',
  insert: '\u001b[2~',
  delete: '\u001b[3~',
  pageup: '\u001b[5~',
  pagedown: '\u001b[6~',
  ...Object.fromEntries(
    ['OP', 'OQ', 'OR', 'OS', '[15~', '[17~', '[18~', '[19~', '[20~', '[21~', '[23~', '[24~'].map((code, index) => [
      `f${index + 1}`,
      `\u001b${code}`,
    ]),
  ),
};

/** For error messages. */
export const keyNames = `${Object.keys(named).join(', ')}, ctrl+<a-z [ \\ ] ^ _ @>, alt+<key>, or one character`;

/** What a terminal sends for a key such as `enter`, `ctrl+c`, `alt+x`; undefined when there is no such key. */
export function toSequence(key: string): string | undefined {
  const name = key.length === 1 ? key : key.toLowerCase();
  const known = named[name];
  if (known !== undefined) return known;
  if (name.length === 1) return name;
  if (name.startsWith('alt+')) {
    const rest = toSequence(key.slice(4));
    return rest === undefined ? undefined : `\u001b${rest}`;
  }
  const control = /^ctrl\+([a-z[\\\]^_@])$/.exec(name)?.[1];
  return control === undefined ? undefined : String.fromCharCode(control.toUpperCase().charCodeAt(0) & 0x1f);
}
