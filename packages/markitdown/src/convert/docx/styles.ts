/** What styles mean: headings, titles, quotes, code, emphasis. */
import { child, children, type XmlElement } from '../xml/tree.ts';

/** The meaning of a paragraph's style. */
export interface ParagraphMeaning {
  /** 1 and up for headings; 0 for the title of the document. */
  readonly heading?: number;
  readonly role?: 'code' | 'quote' | 'caption';
  readonly numbering?: { readonly id: string; readonly level: number };
}

/** Marks that a style or a run puts on text. */
export interface Marks {
  bold?: boolean;
  italic?: boolean;
  strike?: boolean;
  code?: boolean;
  script?: 'sub' | 'super';
  hidden?: boolean;
}

interface Style {
  readonly name: string;
  readonly element: XmlElement;
  readonly basedOn: string | undefined;
}

/** The styles of a document. */
export class Styles {
  readonly #styles = new Map<string, Style>();
  readonly #meanings = new Map<string, ParagraphMeaning>();
  readonly #marks = new Map<string, Marks>();

  constructor(root: XmlElement | undefined) {
    for (const element of children(root, 'w:style')) {
      const id = element.attributes['w:styleId'] ?? '';
      this.#styles.set(id, {
        name: value(child(element, 'w:name'))?.toLowerCase() ?? id.toLowerCase(),
        element,
        basedOn: value(child(element, 'w:basedOn')),
      });
    }
  }

  /** What a paragraph with this style is. */
  meaning(id: string | undefined): ParagraphMeaning {
    if (id === undefined) return {};
    let known = this.#meanings.get(id);
    if (!known) {
      known = this.#makeMeaning(id);
      this.#meanings.set(id, known);
    }
    return known;
  }

  /** The marks that a character style puts on text. */
  marks(id: string | undefined): Marks {
    if (id === undefined) return {};
    let known = this.#marks.get(id);
    if (!known) {
      known = {};
      for (const { name, element } of this.#chain(id).toReversed()) {
        Object.assign(known, marksOf(child(element, 'w:rPr')));
        if (isCodeName(name)) known.code = true;
      }
      this.#marks.set(id, known);
    }
    return known;
  }

  /** True when a style, or one that it is based on, has the name. */
  isNamed(id: string | undefined, pattern: RegExp): boolean {
    return (
      id !== undefined &&
      (this.#chain(id).some(({ name }) => pattern.test(name)) || (!this.#styles.has(id) && pattern.test(id.toLowerCase())))
    );
  }

  #makeMeaning(id: string): ParagraphMeaning {
    const chain = this.#chain(id);
    const names = chain.length > 0 ? chain.map(({ name }) => name) : [id.toLowerCase()];
    const numbering = this.#numbering(chain);
    const outline = chain.map(({ element }) => value(child(child(element, 'w:pPr'), 'w:outlineLvl'))).find((level) => level !== undefined);
    const heading =
      names.map(headingOf).find((level) => level !== undefined) ??
      (outline !== undefined && Number(outline) < 9 ? Number(outline) + 1 : undefined);
    const role = names.some(isCodeName)
      ? ('code' as const)
      : names.some((name) => /\bquote\b|^block text/.test(name))
        ? ('quote' as const)
        : names.includes('caption')
          ? ('caption' as const)
          : undefined;
    return { ...(heading !== undefined && { heading }), ...(role && { role }), ...(numbering && { numbering }) };
  }

  #numbering(chain: readonly Style[]): ParagraphMeaning['numbering'] {
    for (const { element } of chain) {
      const properties = child(child(element, 'w:pPr'), 'w:numPr');
      if (!properties) continue;
      const id = value(child(properties, 'w:numId'));
      if (id !== undefined) return { id, level: Number(value(child(properties, 'w:ilvl')) ?? 0) };
    }
    return undefined;
  }

  #chain(id: string): Style[] {
    const chain: Style[] = [];
    const seen = new Set<string>();
    for (let at: string | undefined = id; at !== undefined && !seen.has(at);) {
      seen.add(at);
      const style = this.#styles.get(at);
      if (!style) break;
      chain.push(style);
      at = style.basedOn;
    }
    return chain;
  }
}

/** The `w:val` of an element. */
export function value(element: XmlElement | undefined): string | undefined {
  return element?.attributes['w:val'];
}

/** Reads an on/off property: present without a value means on. */
export function isOn(element: XmlElement | undefined): boolean | undefined {
  if (!element) return undefined;
  const given = value(element);
  return given === undefined || !/^(?:0|false|off|none)$/i.test(given);
}

/** The marks of run properties. */
export function marksOf(properties: XmlElement | undefined): Marks {
  const marks: Marks = {};
  for (const element of children(properties)) {
    const on = isOn(element) ?? false;
    if (element.name === 'w:b') marks.bold = on;
    else if (element.name === 'w:i') marks.italic = on;
    else if (element.name === 'w:strike' || element.name === 'w:dstrike') marks.strike = on;
    else if (element.name === 'w:vanish') marks.hidden = on;
    else if (element.name === 'w:vertAlign') {
      const script = value(element);
      if (script === 'superscript') marks.script = 'super';
      else if (script === 'subscript') marks.script = 'sub';
    }
  }
  return marks;
}

function headingOf(name: string): number | undefined {
  if (name === 'title') return 0;
  const level = /^(?:heading|überschrift|titre|título|titolo|kop|nagłówek|заголовок|标题|見出し)\s*(\d)$/.exec(name)?.[1];
  return level === undefined ? undefined : Number(level);
}

function isCodeName(name: string): boolean {
  return /^(?:source ?code|code|html code|html preformatted|verbatim char|preformatted text|plain text code|code block|macro text)$/.test(
    name,
  );
}
