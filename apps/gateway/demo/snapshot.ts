/** Reads an accessibility snapshot as an agent does: finds elements by role and name, and the rows of a table. */

/** One element of a snapshot. */
interface Element {
  readonly indent: number;
  readonly role: string;
  readonly name: string;
  readonly ref: string | undefined;
}

const elementLine = /^( *)- (?:'((?:[^']|'')+)'|(.+?)):?(?: .*)?$/;
const elementKey = /^([a-z]+)(?: ("(?:[^"\\]|\\.)*"))?((?: \[[^\]]*\])*)/;

/** The elements of a snapshot, in their order. */
export class Snapshot {
  readonly #elements: readonly Element[];

  constructor(text: string) {
    this.#elements = text.split('\n').flatMap((line) => parseLine(line) ?? []);
  }

  /** The ref of the first element with this role and name, if there is one. */
  refOf(role: string, name: string): string | undefined {
    return this.#elements.find((element) => element.role === role && element.name === name && element.ref !== undefined)?.ref;
  }

  /** The cells of every table row that has some; header rows have none. */
  rows(): string[][] {
    const rows: string[][] = [];
    let rowIndent = -1;
    for (const { indent, role, name } of this.#elements) {
      if (role === 'row') {
        rowIndent = indent;
        rows.push([]);
      } else if (role === 'cell' && indent > rowIndent) rows.at(-1)?.push(name);
    }
    return rows.filter(({ length }) => length > 0);
  }
}

/** A line is a YAML list item whose key is `role "name" [attribute]…`; keys with special characters stand in single quotes. */
function parseLine(line: string): Element | undefined {
  const [, spaces = '', quoted] = elementLine.exec(line) ?? [];
  const [, role, name, rest = ''] = elementKey.exec(quoted?.replaceAll("''", "'") ?? line.slice(spaces.length + 2)) ?? [];
  if (role === undefined) return undefined;
  return { indent: spaces.length, role, name: name === undefined ? '' : String(JSON.parse(name)), ref: /\[ref=(\w+)\]/.exec(rest)?.[1] };
}
