/** The blocks of a part: paragraphs become headings, list items, code, quotes or text; neighbours are joined. */
import { type Block, type Inline, plainText } from '../model/document.ts';
import { type FlatItem, nestItems } from '../model/lists.ts';
import { child, children, type XmlElement } from '../xml/tree.ts';
import { relatedBlocks } from './related.ts';
import type { DocxPart } from './part.ts';
import { alternative, RunReader, type RunResult } from './runs.ts';
import { isOn, type ParagraphMeaning, value } from './styles.ts';
import { readTable } from './table.ts';

type Pending =
  | { readonly kind: 'items'; readonly items: FlatItem[] }
  | { readonly kind: 'code'; readonly lines: string[] }
  | { readonly kind: 'quote'; readonly blocks: Block[] };

/** Deeper boxes in tables in boxes are left out. */
const deepest = 24;

/** Reads the blocks of a part, one body element after the other. */
export class BodyReader {
  readonly #part: DocxPart;
  readonly #depth: number;
  readonly #blocks: Block[] = [];
  readonly #fields: ConstructorParameters<typeof RunReader>[1] = [];
  #pending: Pending | undefined;

  constructor(part: DocxPart, depth = 0) {
    this.#part = part;
    this.#depth = depth;
  }

  /** Reads one element of a body, cell, note or text box. */
  add(element: XmlElement): void {
    if (this.#depth > deepest) return;
    switch (element.name) {
      case 'w:p':
        return this.#paragraph(element);
      case 'w:tbl':
        this.#flush();
        this.#blocks.push(...readTable(element, this.#part, (cell) => readBlocks(cell, this.#part, this.#depth + 1)));
        return;
      case 'w:sdt':
        return this.addAll(child(element, 'w:sdtContent'));
      case 'w:ins':
      case 'w:moveTo':
        return this.#part.options.trackChanges === 'reject' ? undefined : this.addAll(element);
      case 'w:del':
      case 'w:moveFrom':
        return (this.#part.options.trackChanges ?? 'accept') === 'accept' ? undefined : this.addAll(element);
      case 'w:customXml':
      case 'w:smartTag':
        return this.addAll(element);
      case 'mc:AlternateContent':
        return this.addAll(alternative(element));
      case 'm:oMathPara':
      case 'm:oMath':
        return this.#paragraph({ name: 'w:p', attributes: {}, children: [element] });
      default:
    }
  }

  /** Reads all children. */
  addAll(parent: XmlElement | undefined): void {
    for (const element of children(parent)) this.add(element);
  }

  /** All blocks, when nothing follows. */
  finish(): Block[] {
    this.#flush();
    return this.#blocks;
  }

  #paragraph(element: XmlElement): void {
    const properties = child(element, 'w:pPr');
    const meaning = this.#part.styles.meaning(value(child(properties, 'w:pStyle')));
    const result = new RunReader(this.#part, this.#fields).read(element);
    const numbered = this.#number(properties, meaning, result);
    const outline = value(child(properties, 'w:outlineLvl'));
    const level = meaning.heading ?? (outline !== undefined && Number(outline) < 9 ? Number(outline) + 1 : undefined);
    const content = trimmed(result.content);
    if (level !== undefined && content.length > 0) this.#heading(level, content, numbered?.label);
    else if (numbered && content.length > 0) this.#item(numbered, content, result);
    else if (meaning.role === 'code') this.#code(result.content);
    else if (content.length > 0) this.#text(content, meaning, result);
    else if (child(properties, 'w:pBdr') && child(child(properties, 'w:pBdr'), 'w:bottom') && result.boxes.length === 0)
      this.#push({ type: 'rule' });
    for (const box of result.boxes) this.#box(box);
  }

  #number(
    properties: XmlElement | undefined,
    meaning: ParagraphMeaning,
    result: RunResult,
  ): (FlatItem & { label: string; isBlank: boolean }) | undefined {
    const own = child(properties, 'w:numPr');
    const id = value(child(own, 'w:numId')) ?? meaning.numbering?.id;
    const level = Number(value(child(own, 'w:ilvl')) ?? meaning.numbering?.level ?? 0);
    // An empty paragraph in a list is a gap; it takes no number.
    if (id === undefined || id === '0' || result.content.length === 0 || isOn(child(child(properties, 'w:rPr'), 'w:vanish')))
      return undefined;
    const next = this.#part.numbering.next(id, level);
    return next && { level, ordered: next.ordered, number: next.number, label: next.label, isBlank: next.isBlank, blocks: [] };
  }

  #heading(level: number, content: Inline[], label: string | undefined): void {
    const plain = content.map((part): Inline => (part.type === 'text' ? withoutBold(part) : part));
    const numbered: Inline[] = label ? [{ type: 'text', text: `${label} ` }, ...plain] : plain;
    this.#push({ type: 'heading', level: Math.max(1, level + (level === 0 ? 1 : this.#part.headingShift)), content: numbered });
  }

  /** Adds a paragraph to the last item. @returns false when there is none */
  #goOn(content: Inline[]): boolean {
    const items = this.#pending?.kind === 'items' ? this.#pending.items : [];
    const last = items.at(-1);
    if (!last) return false;
    items[items.length - 1] = { ...last, blocks: [...last.blocks, ...this.#split(content)] };
    return true;
  }

  #item(numbered: FlatItem & { isBlank: boolean }, content: Inline[], result: RunResult): void {
    if (numbered.isBlank && this.#goOn(content)) return;
    if (this.#pending?.kind !== 'items') {
      this.#flush();
      this.#pending = { kind: 'items', items: [] };
    }
    const { level, ordered, number } = numbered;
    this.#pending.items.push({ level, ordered, ...(number !== undefined && { number }), ...checkOf(result), blocks: this.#split(content) });
  }

  #text(content: Inline[], meaning: ParagraphMeaning, result: RunResult): void {
    if (result.checked !== undefined) {
      if (this.#pending?.kind !== 'items') {
        this.#flush();
        this.#pending = { kind: 'items', items: [] };
      }
      this.#pending.items.push({ level: 0, ordered: false, checked: result.checked, blocks: this.#split(content) });
    } else if (meaning.role === 'quote') {
      if (this.#pending?.kind !== 'quote') {
        this.#flush();
        this.#pending = { kind: 'quote', blocks: [] };
      }
      this.#pending.blocks.push(...this.#split(content));
    } else this.#push(...this.#split(content));
  }

  #code(content: readonly Inline[]): void {
    if (this.#pending?.kind !== 'code') {
      this.#flush();
      this.#pending = { kind: 'code', lines: [] };
    }
    this.#pending.lines.push(content.map((part) => (part.type === 'break' ? '\n' : plainText([part]))).join(''));
  }

  #box(box: XmlElement): void {
    const blocks =
      box.name === 'sandlot:part' ? relatedBlocks(box.attributes['id'] ?? '', this.#part) : readBlocks(box, this.#part, this.#depth + 1);
    if (blocks.length > 0) this.#push(...blocks);
  }

  /** An equation that stands alone is a block. */
  #split(content: readonly Inline[]): Block[] {
    const [only] = content;
    if (content.length === 1 && only?.type === 'math') return [{ type: 'math', latex: only.latex }];
    return [{ type: 'paragraph', content }];
  }

  #push(...blocks: Block[]): void {
    this.#flush();
    this.#blocks.push(...blocks);
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending?.kind === 'items') this.#blocks.push(...nestItems(pending.items));
    else if (pending?.kind === 'quote') this.#blocks.push({ type: 'quote', blocks: pending.blocks });
    else if (pending && pending.lines.some((line) => line.trim() !== ''))
      this.#blocks.push({ type: 'code', text: pending.lines.join('\n') });
  }
}

/** Reads the blocks inside an element. */
export function readBlocks(parent: XmlElement, part: DocxPart, depth = 0): Block[] {
  const reader = new BodyReader(part, depth);
  reader.addAll(parent);
  return reader.finish();
}

function checkOf({ checked }: RunResult): { checked?: boolean } {
  return checked === undefined ? {} : { checked };
}

function withoutBold(run: Extract<Inline, { type: 'text' }>): Inline {
  const { bold: _bold, ...rest } = run;
  return rest;
}

/** Without blanks and breaks at both ends. */
function trimmed(content: readonly Inline[]): Inline[] {
  const isBlank = (part: Inline) => part.type === 'break' || (part.type === 'text' && part.text.trim() === '');
  const from = content.findIndex((part) => !isBlank(part));
  const to = content.findLastIndex((part) => !isBlank(part));
  return from === -1 ? [] : content.slice(from, to + 1);
}
