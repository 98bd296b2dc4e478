/** Collects the paragraphs, lists and tables of an RTF document. */
import type { Block, Cell, Inline } from '../model/document.ts';
import { type FlatItem, nestItems } from '../model/lists.ts';

/** What is known of a paragraph at its end. */
export interface ParagraphFacts {
  /** Level of a heading. */
  readonly heading: number | undefined;
  readonly code: boolean;
  readonly quote: boolean;
  readonly item: { readonly level: number; readonly ordered: boolean; readonly number: number } | undefined;
  readonly inTable: boolean;
  /** Left indent, in twips. */
  readonly indent: number;
}

const mark = /^\s*(?:[•·◦▪–]|(\d{1,3})[.)]|\((\d{1,3})\)|[a-z][.)])\t\s*/i;

/** Builds blocks out of paragraphs in order. */
export class BlockBuilder {
  readonly #blocks: Block[] = [];
  #items: FlatItem[] = [];
  #code: string[] = [];
  #cell: Block[] = [];
  #row: { blocks: Block[]; column: number }[] = [];
  #rows: Cell[][] = [];
  #columns: ('first' | 'more' | undefined)[] = [];
  #definition: 'first' | 'more' | undefined;
  #indents: number[] = [];

  /** Ends a paragraph. */
  paragraph(content: readonly Inline[], facts: ParagraphFacts): void {
    if (!facts.inTable) this.#flushTable();
    const isBlank = content.every((part) => part.type === 'break' || (part.type === 'text' && part.text.trim() === ''));
    if (facts.code && !facts.inTable) {
      this.#flushItems();
      this.#code.push(content.map((part) => (part.type === 'text' ? part.text : '\n')).join(''));
      return;
    }
    if (isBlank) return;
    const target = facts.inTable ? this.#cell : this.#blocks;
    const item = facts.item ? { ...facts.item, content } : this.#marked(content, facts);
    if (item && facts.heading === undefined && !facts.inTable) {
      this.#flushCode();
      const { content: own, ...place } = item;
      this.#items.push({ ...place, blocks: [{ type: 'paragraph', content: own }] });
      return;
    }
    if (!facts.inTable) this.#flush();
    const block: Block =
      facts.heading === undefined
        ? { type: 'paragraph', content }
        : { type: 'heading', level: facts.heading, content: content.map(withoutBold) };
    const last = target.at(-1);
    if (!facts.quote) target.push(block);
    else if (last?.type === 'quote') target[target.length - 1] = { type: 'quote', blocks: [...last.blocks, block] };
    else target.push({ type: 'quote', blocks: [block] });
  }

  /** Some programs write marks and a tab instead of lists. */
  #marked(content: readonly Inline[], { indent }: ParagraphFacts) {
    const [text] = content;
    const joined = content
      .slice(0, 4)
      .map((part) => (part.type === 'text' ? part.text : ''))
      .join('');
    const found = text?.type === 'text' ? mark.exec(joined) : null;
    if (!found) return undefined;
    while ((this.#indents.at(-1) ?? -1) > indent) this.#indents.pop();
    if (this.#items.length === 0) this.#indents = [];
    if ((this.#indents.at(-1) ?? -1) < indent) this.#indents.push(indent);
    const digits = found[1] ?? found[2];
    const letter = digits === undefined ? /[a-z]/i.exec(found[0])?.[0] : undefined;
    const number = letter === undefined ? digits : (letter.toLowerCase().codePointAt(0) ?? 97) - 96;
    return {
      level: Math.max(0, this.#indents.length - 1),
      ordered: number !== undefined,
      ...(number !== undefined && { number: Number(number) }),
      content: withoutStart(content, found[0].length),
    };
  }

  /** Begins the definition of a row. */
  defineRow(): void {
    this.#columns = [];
    this.#definition = undefined;
  }

  /** Says how the next cell is merged. */
  defineMerge(merge: 'first' | 'more'): void {
    this.#definition = merge;
  }

  /** Ends the definition of a cell. */
  defineCell(): void {
    this.#columns.push(this.#definition);
    this.#definition = undefined;
  }

  /** Ends a cell. */
  cell(): void {
    this.#row.push({ blocks: this.#cell, column: this.#row.length });
    this.#cell = [];
  }

  /** Ends a row. */
  row(): void {
    if (this.#row.length === 0) return;
    this.#flush();
    const cells: { blocks: Block[]; colspan: number; rowspan: number }[] = [];
    for (const { blocks, column } of this.#row) {
      const definition = this.#columns[column];
      const last = cells.at(-1);
      if (definition === 'more' && last) last.colspan++;
      else cells.push({ blocks, colspan: 1, rowspan: 1 });
    }
    this.#rows.push(cells);
    this.#row = [];
  }

  /** Adds a block as it is. */
  block(block: Block): void {
    this.#flush();
    this.#flushTable();
    this.#blocks.push(block);
  }

  /** All blocks, when nothing follows. */
  finish(): Block[] {
    if (this.#cell.length > 0) this.cell();
    this.row();
    this.#flush();
    this.#flushTable();
    return this.#blocks;
  }

  #flush(): void {
    this.#flushItems();
    this.#flushCode();
  }

  #flushItems(): void {
    this.#blocks.push(...nestItems(this.#items));
    this.#items = [];
  }

  #flushCode(): void {
    if (this.#code.some((line) => line.trim() !== '')) this.#blocks.push({ type: 'code', text: this.#code.join('\n') });
    this.#code = [];
  }

  #flushTable(): void {
    if (this.#rows.length === 0) return;
    this.#blocks.push({ type: 'table', rows: this.#rows });
    this.#rows = [];
  }
}

function withoutBold(part: Inline): Inline {
  if (part.type !== 'text') return part;
  const { bold: _bold, ...rest } = part;
  return rest;
}

/** Cuts letters off at the beginning. */
function withoutStart(content: readonly Inline[], length: number): Inline[] {
  let left = length;
  return content.flatMap((part) => {
    if (part.type !== 'text' || left <= 0) return [part];
    const cut = Math.min(left, part.text.length);
    left -= cut;
    return cut === part.text.length ? [] : [{ ...part, text: part.text.slice(cut) }];
  });
}

/** A paragraph of several lines that is all in a monospaced font. */
export function isCode(content: readonly Inline[]): boolean {
  const runs = content.filter((part) => part.type === 'text');
  return content.some(({ type }) => type === 'break') && runs.length > 0 && runs.every(({ code, text }) => code || text.trim() === '');
}
