/** Flattens markup that nests too deeply, before it reaches a parser that would take quadratic time or overflow. */

/** Tags deeper than this are left out; their text stays. */
const deepest = 200;

/** Elements without an end, and those that end by themselves when the next one begins. */
const uncounted: ReadonlySet<string> = new Set(
  'area base br col embed hr img input link meta param source track wbr p li td tr th dt dd option optgroup tbody thead tfoot colgroup rt rp'.split(
    ' ',
  ),
);
/** Elements whose content is text. */
const raw: ReadonlySet<string> = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'noembed', 'noframes']);

/** Removes the tags that are nested too deeply. Linear in the length. */
export function limitDepth(source: string): string {
  let depth = 0;
  let kept = 0;
  const pieces: string[] = [];
  for (let at = source.indexOf('<'); at !== -1;) {
    if (source.startsWith('<!--', at)) {
      const end = source.indexOf('-->', at + 4);
      if (end === -1) break;
      at = source.indexOf('<', end + 3);
      continue;
    }
    const name = /^<\/?([a-z][^\s/>]*)/i.exec(source.slice(at, at + 40))?.[1]?.toLowerCase();
    const end = name === undefined ? -1 : source.indexOf('>', at);
    if (name === undefined || end === -1) {
      at = source.indexOf('<', at + 1);
      continue;
    }
    const isClosing = source.charCodeAt(at + 1) === 0x2f;
    if (!uncounted.has(name) && source.charCodeAt(end - 1) !== 0x2f) {
      if (isClosing && depth > 0) depth--;
      if (depth >= deepest && !raw.has(name)) {
        pieces.push(source.slice(kept, at));
        kept = end + 1;
      }
      if (!isClosing && !raw.has(name)) depth++;
    }
    if (raw.has(name) && !isClosing) {
      const close = indexOfClose(source, name, end);
      if (close === -1) break;
      at = close;
    } else at = source.indexOf('<', end);
  }
  return pieces.length === 0 ? source : pieces.join('') + source.slice(kept);
}

function indexOfClose(source: string, name: string, from: number): number {
  const pattern = new RegExp(`</${name}[\\s/>]`, 'gi');
  pattern.lastIndex = from;
  return pattern.exec(source)?.index ?? -1;
}
