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
}

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
    if (facts.item && facts.heading === undefined && !facts.inTable) {
      this.#flushCode();
      this.#items.push({ ...facts.item, blocks: [{ type: 'paragraph', content }] });
      return;
    }
    if (!facts.inTable) this.#flush();
    const block: Block = facts.heading === undefined ? { type: 'paragraph', content } : { type: 'heading', level: facts.heading, content };
    const last = target.at(-1);
    if (!facts.quote) target.push(block);
    else if (last?.type === 'quote') target[target.length - 1] = { type: 'quote', blocks: [...last.blocks, block] };
    else target.push({ type: 'quote', blocks: [block] });
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
