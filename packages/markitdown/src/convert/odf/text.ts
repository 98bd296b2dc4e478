/** The text of OpenDocument: paragraphs, headings, lists, notes, frames. */
import { formula } from '../math/mathml.ts';
import type { Block, Inline, List, ListItem, MathBlock, Picture, Table } from '../model/document.ts';
import { joinLists } from '../model/lists.ts';
import { plainText, text } from '../model/document.ts';
import type { ConvertOptions } from '../options.ts';
import { child, children, descendant, textOf, type XmlElement } from '../xml/tree.ts';
import type { OdfMarks, OdfStyles } from './styles.ts';
import { tableBlocks } from './table.ts';

const deepest = 40;

/** Reads text with one set of styles. */
export class TextReader {
  readonly notes = new Map<string, readonly Block[]>();
  readonly #styles: OdfStyles;
  readonly #options: ConvertOptions;
  readonly #picture: (target: string, alt: string) => Picture | undefined;
  readonly #object: (target: string) => XmlElement | undefined;
  readonly #counts = new Map<string, number>();
  #hasTitle = false;

  /**
   * @param picture finds a picture by its address in the document
   * @param object finds the content of a formula or chart by its address
   */
  constructor(
    styles: OdfStyles,
    options: ConvertOptions,
    picture: (target: string, alt: string) => Picture | undefined,
    object: (target: string) => XmlElement | undefined = () => undefined,
  ) {
    this.#object = object;
    this.#styles = styles;
    this.#options = options;
    this.#picture = picture;
  }

  /** The blocks inside an element. */
  read(parent: XmlElement, depth = 0): Block[] {
    if (depth > deepest) return [];
    const blocks: Block[] = [];
    for (const element of children(parent)) {
      for (const block of this.#element(element, depth)) {
        const last = blocks.at(-1);
        // Code and quotes of several paragraphs are one block.
        if (block.type === 'code' && last?.type === 'code') blocks[blocks.length - 1] = { ...last, text: `${last.text}\n${block.text}` };
        else if (block.type === 'quote' && last?.type === 'quote')
          blocks[blocks.length - 1] = { ...last, blocks: [...last.blocks, ...block.blocks] };
        else blocks.push(block);
      }
    }
    return joinLists(blocks);
  }

  #element(element: XmlElement, depth: number): Block[] {
    switch (element.name) {
      case 'text:h':
      case 'text:p':
        return this.#paragraph(element, depth);
      case 'text:list':
        return this.#list(element, undefined, 0, depth);
      case 'table:table':
        return tableBlocks(element, (cell) => this.read(cell, depth + 1), { islands: false, formulas: false });
      case 'text:section':
      case 'text:index-body':
      case 'text:table-of-content':
      case 'text:alphabetical-index':
      case 'text:bibliography':
      case 'draw:text-box':
      case 'draw:g':
        return this.read(element, depth + 1);
      case 'draw:frame':
      case 'draw:custom-shape':
      case 'draw:rect':
      case 'draw:a':
        return this.frame(element, depth);
      default:
        return [];
    }
  }

  /** A frame: its text, table or picture. */
  frame(frame: XmlElement, depth = 0): Block[] {
    if (depth > deepest) return [];
    const boxed =
      frame.name === 'draw:frame' || frame.name === 'draw:a'
        ? children(frame).flatMap((one) => this.#element(one, depth + 1))
        : this.read(frame, depth + 1);
    if (boxed.length > 0) return boxed;
    const inside = this.#embedded(frame, depth);
    if (inside) return [inside];
    const picture = this.#image(frame);
    return picture ? [{ type: 'paragraph', content: [picture] }] : [];
  }

  #paragraph(element: XmlElement, depth: number): Block[] {
    const style = element.attributes['text:style-name'];
    const names = this.#styles.names(style);
    const boxes: Block[] = [];
    const content: Inline[] = [];
    this.#inlines(element, this.#styles.marks('paragraph', undefined), undefined, content, boxes, depth);
    const isTitle = names.includes('title');
    const level = isTitle
      ? 1
      : element.name === 'text:h'
        ? Number(element.attributes['text:outline-level'] ?? 1)
        : this.#styles.outlineLevel(style);
    if (isTitle) this.#hasTitle = true;
    if (level !== undefined && level > 0 && plainText(content).trim() !== '') {
      return [{ type: 'heading', level: isTitle || !this.#hasTitle ? level : level + 1, content: content.map(withoutBold) }, ...boxes];
    }
    if (names.some((name) => /^(?:preformatted text|source code|source text)$/.test(name)))
      return [{ type: 'code', text: content.map((part) => (part.type === 'break' ? '\n' : plainText([part]))).join('') }, ...boxes];
    if (names.includes('horizontal line')) return [{ type: 'rule' }];
    const isBlank = content.every((part) => part.type === 'break' || (part.type === 'text' && part.text.trim() === ''));
    if (isBlank) return boxes;
    const [only] = content;
    const block: Block =
      content.length === 1 && only?.type === 'math'
        ? { type: 'math', latex: only.latex }
        : { type: 'paragraph', content: this.#marked(content, style) };
    return [
      names.some((name) => /^(?:quotations|quote|blockquote|block text)$/.test(name)) ? { type: 'quote', blocks: [block] } : block,
      ...boxes,
    ];
  }

  /** A paragraph style may be bold as a whole. */
  #marked(content: readonly Inline[], style: string | undefined): Inline[] {
    const { bold, italic } = this.#styles.marks('paragraph', style);
    return content.map((part) => (part.type === 'text' ? { ...(bold && { bold }), ...(italic && { italic }), ...part } : part));
  }

  #inlines(parent: XmlElement, marks: OdfMarks, href: string | undefined, content: Inline[], boxes: Block[], depth: number): void {
    const push = (value: string) => {
      if (value !== '') content.push({ type: 'text', text: value, ...marks, ...(href !== undefined && { href }) });
    };
    for (const one of parent.children) {
      if (typeof one === 'string') {
        push(one.replaceAll(/\s+/g, ' '));
        continue;
      }
      switch (one.name) {
        case 'text:span':
          this.#inlines(one, { ...marks, ...this.#styles.marks('text', one.attributes['text:style-name']) }, href, content, boxes, depth);
          break;
        case 'text:a':
          this.#inlines(one, marks, externalTarget(one.attributes['xlink:href']) ?? href, content, boxes, depth);
          break;
        case 'text:s':
          push(' '.repeat(Math.min(200, Number(one.attributes['text:c'] ?? 1) || 1)));
          break;
        case 'text:tab':
          push('\t');
          break;
        case 'text:line-break':
          content.push({ type: 'break' });
          break;
        case 'text:note':
          content.push(this.#note(one, depth));
          break;
        case 'office:annotation':
          if (this.#options.comments !== false) content.push(this.#comment(one, depth));
          break;
        case 'draw:frame':
        case 'draw:custom-shape':
        case 'draw:g':
        case 'draw:rect': {
          const inside = this.#embedded(one, depth);
          const picture = this.#image(one);
          if (inside?.type === 'math') content.push(inside);
          else if (inside) boxes.push(inside);
          else if (picture && child(one, 'draw:text-box') === undefined) content.push(picture);
          else boxes.push(...this.frame(one, depth + 1));
          break;
        }
        case 'text:tracked-changes':
        case 'text:bookmark':
        case 'text:soft-page-break':
          break;
        default:
          this.#inlines(one, marks, href, content, boxes, depth);
      }
    }
  }

  #note(note: XmlElement, depth: number): Inline {
    const id = `note ${this.notes.size}`;
    this.notes.set(id, []);
    const body = child(note, 'text:note-body');
    this.notes.set(id, body ? this.read(body, depth + 1) : []);
    return { type: 'note', id };
  }

  #comment(annotation: XmlElement, depth: number): Inline {
    const id = `comment ${this.notes.size}`;
    const author = textOf(child(annotation, 'dc:creator')).trim();
    const [first, ...rest] = this.read(annotation, depth + 1);
    const lead = text(author ? `Comment by ${author}: ` : 'Comment: ');
    this.notes.set(
      id,
      first?.type === 'paragraph'
        ? [{ type: 'paragraph', content: [lead, ...first.content] }, ...rest]
        : [{ type: 'paragraph', content: [lead] }],
    );
    return { type: 'note', id };
  }

  /** A formula or the data of a chart. */
  #embedded(frame: XmlElement, depth: number): MathBlock | Table | undefined {
    const target = child(frame, 'draw:object')?.attributes['xlink:href'];
    const root = target === undefined || depth > deepest ? undefined : this.#object(target);
    if (!root) return undefined;
    if (/^(?:\w+:)?math$/.test(root.name)) {
      const latex = formula(root);
      return latex === '' ? undefined : { type: 'math', latex };
    }
    const data = descendant(root, 'table:table');
    const tables = data ? tableBlocks(data, (cell) => this.read(cell, depth + 1), { islands: false, formulas: false }) : [];
    return tables.find((one) => one.type === 'table');
  }

  #image(frame: XmlElement): Picture | undefined {
    const target = descendant(frame, 'draw:image')?.attributes['xlink:href'];
    const alt = textOf(child(frame, 'svg:desc')).trim() || textOf(child(frame, 'svg:title')).trim();
    return target === undefined ? undefined : this.#picture(target, alt);
  }

  #list(list: XmlElement, inherited: string | undefined, level: number, depth: number): Block[] {
    if (depth > deepest) return [];
    const style = list.attributes['text:style-name'] ?? inherited;
    const { ordered, start, isPlain } = this.#styles.list(style, level);
    const items: ListItem[] = [];
    const key = `${style ?? ''} ${level}`;
    const goesOn = list.attributes['text:continue-numbering'] === 'true' || list.attributes['text:continue-list'] !== undefined;
    const first = Number(
      children(list, 'text:list-item')[0]?.attributes['text:start-value'] ?? (goesOn ? (this.#counts.get(key) ?? start - 1) + 1 : start),
    );
    for (const item of children(list)) {
      if (item.name !== 'text:list-item' && item.name !== 'text:list-header') continue;
      const blocks = children(item).flatMap((one) =>
        one.name === 'text:list' ? this.#list(one, style, level + 1, depth + 1) : this.#element(one, depth + 1),
      );
      // A list may only place headings, or hold nothing but a deeper list.
      items.push({ blocks });
    }
    const flat = items.flatMap(({ blocks }) => blocks);
    if (isPlain || flat.some(({ type }) => type === 'heading') || items.every(({ blocks }) => blocks.every(({ type }) => type === 'list')))
      return flat;
    this.#counts.set(key, first + items.length - 1);
    const made: List = { type: 'list', ordered, ...(ordered && { start: first }), items: items.filter(({ blocks }) => blocks.length > 0) };
    return made.items.length > 0 ? [made] : [];
  }
}

function withoutBold(part: Inline): Inline {
  if (part.type !== 'text') return part;
  const { bold: _bold, ...rest } = part;
  return rest;
}

function externalTarget(href: string | undefined): string | undefined {
  return href === undefined || href === '' || href.startsWith('#') ? undefined : href;
}
