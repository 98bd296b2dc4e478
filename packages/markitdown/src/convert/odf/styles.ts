/** Styles of OpenDocument: which text is bold, which paragraph is a heading or code, which list counts. */
import { child, children, type XmlElement } from '../xml/tree.ts';

/** Marks of a text style. */
export interface OdfMarks {
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly strike?: boolean;
  readonly code?: boolean;
  readonly script?: 'sub' | 'super';
}

/** All styles of a document. */
export class OdfStyles {
  readonly #styles = new Map<string, XmlElement>();
  readonly #lists = new Map<string, XmlElement>();
  readonly #marks = new Map<string, OdfMarks>();

  constructor(roots: readonly (XmlElement | undefined)[]) {
    for (const root of roots) {
      for (const group of ['office:styles', 'office:automatic-styles']) {
        for (const style of children(child(root, group))) {
          const name = style.attributes['style:name'] ?? '';
          if (style.name === 'text:list-style') this.#lists.set(name, style);
          else if (style.name === 'style:style') this.#styles.set(`${style.attributes['style:family'] ?? ''} ${name}`, style);
        }
      }
    }
  }

  /** The marks that a style puts on text. */
  marks(family: 'text' | 'paragraph', name: string | undefined): OdfMarks {
    if (name === undefined) return {};
    const key = `${family} ${name}`;
    let known = this.#marks.get(key);
    if (!known) {
      known = this.#makeMarks(family, name);
      this.#marks.set(key, known);
    }
    return known;
  }

  /** The names of a paragraph style and of those it is based on, in plain letters. */
  names(name: string | undefined): string[] {
    return this.#chain('paragraph', name).map((style) =>
      plainName(style.attributes['style:display-name'] ?? style.attributes['style:name'] ?? ''),
    );
  }

  /** The list that a paragraph style belongs to. */
  outlineLevel(name: string | undefined): number | undefined {
    const level = this.#chain('paragraph', name)
      .map(({ attributes }) => attributes['style:default-outline-level'])
      .find((value) => value !== undefined && value !== '');
    return level === undefined ? undefined : Number(level);
  }

  /** Whether a list of a style counts at a level (from 0), and where it starts. */
  list(name: string | undefined, level: number): { ordered: boolean; start: number; isPlain: boolean } {
    const style = name === undefined ? undefined : this.#lists.get(name);
    const found = children(style).find(({ attributes }) => attributes['text:level'] === String(level + 1));
    const isNumber = found?.name === 'text:list-level-style-number';
    return {
      ordered: isNumber && (found.attributes['style:num-format'] ?? '') !== '',
      start: Number(found?.attributes['text:start-value'] ?? 1),
      isPlain: isNumber && (found.attributes['style:num-format'] ?? '') === '',
    };
  }

  #makeMarks(family: string, name: string): OdfMarks {
    const made: { -readonly [K in keyof OdfMarks]: OdfMarks[K] } = {};
    for (const style of this.#chain(family, name).toReversed()) {
      if (
        /^(?:source text|teletype|verbatim char|source code)$/.test(
          plainName(style.attributes['style:display-name'] ?? style.attributes['style:name'] ?? ''),
        )
      )
        made.code = true;
      const attributes = child(style, 'style:text-properties')?.attributes ?? {};
      const weight = attributes['fo:font-weight'];
      if (weight !== undefined) made.bold = weight === 'bold' || Number(weight) >= 600;
      if (attributes['fo:font-style'] !== undefined) made.italic = /italic|oblique/.test(attributes['fo:font-style']);
      const through = attributes['style:text-line-through-style'] ?? attributes['style:text-line-through-type'];
      if (through !== undefined) made.strike = through !== 'none';
      const position = attributes['style:text-position'] ?? '';
      if (/^(?:sub|-\d)/.test(position)) made.script = 'sub';
      else if (/^(?:super|[1-9]\d*%)/.test(position)) made.script = 'super';
    }
    return made;
  }

  #chain(family: string, name: string | undefined): XmlElement[] {
    const chain: XmlElement[] = [];
    for (let at = name; at !== undefined && chain.length < 20;) {
      const style = this.#styles.get(`${family} ${at}`);
      if (!style) break;
      chain.push(style);
      at = style.attributes['style:parent-style-name'];
    }
    return chain;
  }
}

function plainName(name: string): string {
  return name.replaceAll('_20_', ' ').replaceAll('_', ' ').toLowerCase();
}
