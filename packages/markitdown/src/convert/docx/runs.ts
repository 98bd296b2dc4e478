/** Running text of a paragraph: runs, links, fields, pictures, notes, tracked changes. */
import type { Inline, Run } from '../model/document.ts';
import { ommlToLatex } from '../ooxml/omml.ts';
import { child, children, descendant, descendants, textOf, type XmlElement } from '../xml/tree.ts';
import type { DocxPart } from './part.ts';
import { type Marks, marksOf, value } from './styles.ts';
import { symbolOf } from './symbols.ts';

/** What a paragraph holds besides text: text boxes stand after it. */
export interface RunResult {
  readonly content: Inline[];
  /** `w:txbxContent` elements. */
  readonly boxes: XmlElement[];
  /** Set when the paragraph begins with a check box. */
  checked?: boolean;
}

interface Field {
  instruction: string;
  showsResult: boolean;
}

/** Reads the inlines of one paragraph. */
export class RunReader {
  readonly #part: DocxPart;
  readonly #fields: Field[];
  readonly #result: RunResult = { content: [], boxes: [] };

  /** @param fields the fields that are open across paragraphs */
  constructor(part: DocxPart, fields: Field[]) {
    this.#part = part;
    this.#fields = fields;
  }

  /** Reads the children of a paragraph. */
  read(paragraph: XmlElement): RunResult {
    this.#walk(paragraph, undefined, {});
    return this.#result;
  }

  #walk(parent: XmlElement, href: string | undefined, inherited: Marks): void {
    for (const element of children(parent)) this.#element(element, href, inherited);
  }

  #element(element: XmlElement, href: string | undefined, inherited: Marks): void {
    const { trackChanges = 'accept' } = this.#part.options;
    switch (element.name) {
      case 'w:r':
        return this.#run(element, href, inherited);
      case 'w:hyperlink':
        return this.#walk(element, this.#part.linkTarget(element) ?? href, inherited);
      case 'w:fldSimple':
        return this.#walk(element, fieldTarget(element.attributes['w:instr'] ?? '') ?? href, inherited);
      case 'w:ins':
      case 'w:moveTo':
        if (trackChanges !== 'reject') this.#walk(element, href, inherited);
        return;
      case 'w:del':
      case 'w:moveFrom':
        if (trackChanges !== 'accept') this.#walk(element, href, trackChanges === 'mark' ? { ...inherited, strike: true } : inherited);
        return;
      case 'w:sdt':
        return this.#control(element, href, inherited);
      case 'w:smartTag':
      case 'w:customXml':
      case 'w:dir':
      case 'w:bdo':
        return this.#walk(element, href, inherited);
      case 'm:oMath':
        this.#result.content.push({ type: 'math', latex: ommlToLatex(element) });
        return;
      case 'm:oMathPara':
        for (const math of children(element, 'm:oMath')) this.#result.content.push({ type: 'math', latex: ommlToLatex(math) });
        return;
      case 'mc:AlternateContent':
        return this.#walk(alternative(element), href, inherited);
      default:
    }
  }

  #control(element: XmlElement, href: string | undefined, inherited: Marks): void {
    const box = child(child(element, 'w:sdtPr'), 'w14:checkbox');
    const isFirst = this.#result.content.every((part) => part.type === 'text' && part.text.trim() === '');
    if (box && isFirst && this.#result.checked === undefined) {
      this.#result.checked = /^(?:1|true|on)$/i.test(child(box, 'w14:checked')?.attributes['w14:val'] ?? '0');
      return;
    }
    const content = child(element, 'w:sdtContent');
    if (content) this.#walk(content, href, inherited);
  }

  #run(run: XmlElement, href: string | undefined, inherited: Marks): void {
    const properties = child(run, 'w:rPr');
    const marks: Marks = {
      ...this.#part.styles.marks(value(child(properties, 'w:rStyle'))),
      ...marksOf(properties),
      ...(inherited.strike && { strike: true }),
    };
    for (const element of children(run)) this.#piece(element, href, marks);
  }

  #piece(element: XmlElement, href: string | undefined, marks: Marks): void {
    switch (element.name) {
      case 'w:t':
      case 'w:delText':
        return this.#text(textOf(element), href, marks);
      case 'w:tab':
      case 'w:ptab':
        return this.#text('\t', href, marks);
      case 'w:noBreakHyphen':
        return this.#text('\u2011', href, marks);
      case 'w:sym':
        return this.#text(symbolOf(element.attributes['w:font'] ?? '', element.attributes['w:char'] ?? ''), href, marks);
      case 'w:br':
      case 'w:cr':
        if (element.attributes['w:type'] === undefined || element.attributes['w:type'] === 'textWrapping') this.#push({ type: 'break' });
        return;
      case 'w:fldChar':
        return this.#field(element);
      case 'w:instrText': {
        const field = this.#fields.at(-1);
        if (field) field.instruction += textOf(element);
        return;
      }
      case 'w:footnoteReference':
        return this.#push({ type: 'note', id: `footnote ${element.attributes['w:id'] ?? ''}` });
      case 'w:endnoteReference':
        return this.#push({ type: 'note', id: `endnote ${element.attributes['w:id'] ?? ''}` });
      case 'w:commentReference':
        if (this.#part.options.comments !== false) this.#push({ type: 'note', id: `comment ${element.attributes['w:id'] ?? ''}` });
        return;
      case 'w:drawing':
      case 'w:pict':
      case 'w:object':
        return this.#drawing(element);
      case 'mc:AlternateContent':
        for (const piece of children(alternative(element))) this.#piece(piece, href, marks);
        return;
      case 'w:ruby':
        return this.#walk(child(element, 'w:rubyBase') ?? element, href, marks);
      default:
    }
  }

  #drawing(element: XmlElement): void {
    this.#result.boxes.push(...outermost(element, 'w:txbxContent'));
    const properties = descendant(element, 'wp:docPr')?.attributes ?? descendant(element, 'v:shape')?.attributes ?? {};
    const alt = (properties['descr'] ?? properties['alt'] ?? '').trim();
    const sources = [
      ...descendants(element, 'a:blip').map(({ attributes }) => attributes['r:embed'] ?? attributes['r:link']),
      ...descendants(element, 'v:imagedata').map(({ attributes }) => attributes['r:id']),
    ];
    for (const id of sources) {
      const picture = this.#part.picture(id, alt);
      if (picture) this.#push(picture);
    }
    const related = descendants(element, 'c:chart').map(({ attributes }) => attributes['r:id']);
    const diagrams = descendants(element, 'dgm:relIds').map(({ attributes }) => attributes['r:dm']);
    for (const id of [...related, ...diagrams])
      if (id !== undefined) this.#result.boxes.push({ name: 'sandlot:part', attributes: { id }, children: [] });
  }

  #field(element: XmlElement): void {
    const type = element.attributes['w:fldCharType'];
    if (type === 'begin') {
      this.#fields.push({ instruction: '', showsResult: false });
      const box = child(child(element, 'w:ffData'), 'w:checkBox');
      if (box)
        this.#result.checked = /^(?:1|true|on)$/i.test(
          value(child(box, 'w:checked')) ?? (child(box, 'w:checked') ? '1' : (value(child(box, 'w:default')) ?? '0')),
        );
    } else if (type === 'separate') {
      const field = this.#fields.at(-1);
      if (field) field.showsResult = true;
    } else if (type === 'end') this.#fields.pop();
  }

  #text(text: string, href: string | undefined, marks: Marks): void {
    if (marks.hidden || text === '') return;
    this.#push({ type: 'text', text, ...cleaned(marks), ...linked(href ?? this.#fieldLink()) });
  }

  #push(part: Inline): void {
    // The code of a field is not text.
    if (this.#fields.some((field) => !field.showsResult)) return;
    this.#result.content.push(part);
  }

  #fieldLink(): string | undefined {
    return this.#fields.map(({ instruction }) => fieldTarget(instruction)).findLast((target) => target !== undefined);
  }
}

function fieldTarget(instruction: string): string | undefined {
  return /^\s*HYPERLINK\s+(?!\\)(?:"([^"]*)"|(\S+))/i
    .exec(instruction)
    ?.slice(1)
    .find((target) => target !== undefined && target !== '');
}

function linked(href: string | undefined): Pick<Run, 'href'> {
  return href === undefined ? {} : { href };
}

function cleaned({ bold, italic, strike, code, script }: Marks): Omit<Run, 'type' | 'text'> {
  return { ...(bold && { bold }), ...(italic && { italic }), ...(strike && { strike }), ...(code && { code }), ...(script && { script }) };
}

/** The first choice that holds something, else the fallback. */
export function alternative(element: XmlElement): XmlElement {
  const choice = children(element, 'mc:Choice').find((one) => one.children.length > 0);
  return choice ?? child(element, 'mc:Fallback') ?? element;
}

function outermost(element: XmlElement, name: string, found: XmlElement[] = []): XmlElement[] {
  for (const one of children(element.name === 'mc:AlternateContent' ? alternative(element) : element)) {
    if (one.name === name) found.push(one);
    else outermost(one, name, found);
  }
  return found;
}
