/** Prints a document as GitHub-flavoured Markdown. Every convention of the output is decided in this folder. */
import { ConvertError } from '../errors.ts';
import type { Block, Document, Inline, List, ListItem, Picture, Table } from '../model/document.ts';
import { type InlineStyle, tidyLines, writeInlines, writeTarget } from './inlines.ts';
import { needsHtml, writeHtmlTable, writePipeTable } from './table.ts';

/** How a document is printed. */
export interface WriteOptions {
  /** `gfm`: pipes, merged cells repeated; `html`: HTML tables; `auto`: HTML only where pipes would lose something. Default `gfm`. */
  readonly tables?: 'gfm' | 'html' | 'auto';
  /** Longer Markdown is an error. Default: no limit. */
  readonly maxChars?: number;
  /** The address printed for a picture; nothing for a picture that is printed as its description alone. Default: its `url`. */
  readonly pictureTarget?: (picture: Picture) => string | undefined;
}

/** What Office adds to descriptions that it makes itself. */
const boilerplate = / ?(?:AI-generated content may be incorrect|Description automatically generated(?: with \w+ confidence)?)\.?\s*$/i;

/** Deeper blocks are printed without their structure. */
const deepest = 64;

/** Prints each top-level block; joined with blank lines they are the Markdown. */
export function writeBlocks(document: Document, options: WriteOptions = {}): string[] {
  const writer = new Writer(document, options);
  const pieces: string[] = [];
  let length = 0;
  for (const block of document.blocks) {
    const piece = writer.block(block, 0);
    length += piece.length + 2;
    if (length > (options.maxChars ?? Infinity))
      throw new ConvertError('limit', `The Markdown has more than ${options.maxChars} characters (limit outputChars).`);
    if (piece !== '') pieces.push(piece);
  }
  return [...pieces, ...writer.notes()];
}

class Writer {
  readonly #document: Document;
  readonly #options: WriteOptions;
  readonly #noteNumbers = new Map<string, number>();

  constructor(document: Document, options: WriteOptions) {
    this.#document = document;
    this.#options = options;
  }

  block(block: Block, depth: number): string {
    if (depth > deepest) return '';
    switch (block.type) {
      case 'heading': {
        const title = this.#inline(block.content, ' ').replaceAll(/\s+/g, ' ').trim();
        return title === '' ? '' : `${'#'.repeat(Math.min(6, Math.max(1, block.level)))} ${title.replace(/(?<!\\)(#+)$/, '\\$1')}`;
      }
      case 'paragraph':
        return tidyLines(this.#inline(block.content, '\\\n'));
      case 'list':
        return this.#list(block, depth);
      case 'table':
        return this.#table(block, depth);
      case 'code':
        return fenced(block.text, block.language ?? '');
      case 'quote':
        return this.#blocks(block.blocks, depth + 1)
          .replaceAll(/^/gm, '> ')
          .replaceAll(/^> $/gm, '>');
      case 'math':
        return block.latex.trim() === '' ? '' : `$$${block.latex.trim()}$$`;
      case 'rule':
        return '---';
      case 'marker':
        return `<!-- ${block.text.replaceAll('--', '- -')} -->`;
      case 'markdown':
        return block.text.trim();
    }
  }

  /** The notes that were referred to, in order. */
  notes(): string[] {
    const printed: string[] = [];
    for (const [id, number] of this.#noteNumbers) {
      const body = this.#blocks(this.#document.notes?.get(id) ?? [], 1);
      printed.push(`[^${number}]: ${indent(body, '    ')}`);
    }
    return printed;
  }

  #blocks(blocks: readonly Block[], depth: number): string {
    return blocks
      .map((block) => this.block(block, depth))
      .filter((piece) => piece !== '')
      .join('\n\n');
  }

  #inline(content: readonly Inline[], lineBreak: string): string {
    const style: InlineStyle = { lineBreak, picture: (picture) => this.#picture(picture), note: (id) => this.#note(id) };
    return writeInlines(content, style);
  }

  #picture(picture: Picture): string {
    const target = this.#options.pictureTarget ? this.#options.pictureTarget(picture) : picture.url;
    const alt = picture.alt.replaceAll(/\s+/g, ' ').replace(boilerplate, '').replaceAll(/[[\]]/g, '\\$&').trim();
    if (target === undefined) return alt;
    return `![${alt}](${target.startsWith('data:') ? target : writeTarget(target)})`;
  }

  #note(id: string): string {
    if (!this.#document.notes?.has(id)) return '';
    const number = this.#noteNumbers.get(id) ?? this.#noteNumbers.size + 1;
    this.#noteNumbers.set(id, number);
    return `[^${number}]`;
  }

  #list(list: List, depth: number): string {
    const loose = list.items.some(({ blocks }) => blocks.filter(({ type }) => type !== 'list').length > 1);
    const items = list.items.map((item, index) => {
      const mark = list.ordered ? `${(list.start ?? 1) + index}. ` : '- ';
      const { checked, blocks } = asTask(item);
      const task = taskMark(checked);
      const pieces = blocks.map((block) => this.block(block, depth + 1)).filter((piece) => piece !== '');
      return `${mark}${task}${indent(pieces.join(loose ? '\n\n' : '\n'), ' '.repeat(mark.length))}`.trimEnd();
    });
    return items.join(loose ? '\n\n' : '\n');
  }

  #table(table: Table, depth: number): string {
    const mode = this.#options.tables ?? 'gfm';
    if (mode === 'html' || (mode === 'auto' && needsHtml(table)))
      return writeHtmlTable(table, (blocks) => this.#htmlCell(blocks, depth + 1));
    return writePipeTable(table, (blocks) => this.#cell(blocks, depth + 1));
  }

  #htmlCell(blocks: readonly Block[], depth: number): string {
    const nested = blocks.map((block) =>
      block.type === 'table' ? this.block(block, depth) : this.#cell([block], depth).replaceAll('\\|', '|'),
    );
    return nested.filter((piece) => piece !== '').join('<br>');
  }

  /** Blocks on one line, for a cell. */
  #cell(blocks: readonly Block[], depth: number): string {
    if (depth > deepest) return '';
    return blocks
      .map((block) => this.#cellBlock(block, depth))
      .filter((piece) => piece !== '')
      .join('<br>');
  }

  #cellBlock(block: Block, depth: number): string {
    switch (block.type) {
      case 'heading':
      case 'paragraph':
        return cellText(this.#inline(block.content, '<br>'));
      case 'list':
        return block.items
          .map(
            (item, index) =>
              `${block.ordered ? `${(block.start ?? 1) + index}.` : '-'} ${taskMark(item.checked)}${this.#cell(item.blocks, depth + 1)}`,
          )
          .join('<br>');
      case 'table':
        return block.rows.map((row) => row.map((cell) => this.#cell(cell.blocks, depth + 1)).join(' ')).join('<br>');
      case 'quote':
        return this.#cell(block.blocks, depth + 1);
      case 'code':
        return block.text === ''
          ? ''
          : cellText(
              block.text
                .split('\n')
                .map((line) => `\`${line}\``)
                .join('<br>'),
            );
      case 'math':
        return block.latex === '' ? '' : cellText(`$${block.latex}$`);
      case 'markdown':
        return cellText(block.text);
      case 'marker':
      case 'rule':
        return '';
    }
  }
}

/** Text for a cell: on one line, pipes escaped. */
export function cellText(printed: string): string {
  if (!/[|\n]/.test(printed)) return printed.trim();
  return printed
    .trim()
    .replaceAll(/[ \t]*\n+[ \t]*/g, '<br>')
    .replaceAll(/(?<!\\)((?:\\\\)*)\|/g, String.raw`$1\|`);
}

function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/^\s*(`{3,})/gm)].map(([, ticks = '']) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code.replace(/\n$/, '')}\n${fence}`;
}

/** Programs without tasks write boxes before their texts. */
function asTask(item: ListItem): ListItem {
  const [first, ...others] = item.blocks;
  const [run, ...rest] = first?.type === 'paragraph' ? first.content : [];
  const box = run?.type === 'text' ? /^\s*([☐☑☒])\s+(?=\S)|^\s*([☐☑☒])\s*$/.exec(run.text) : null;
  if (item.checked !== undefined || first?.type !== 'paragraph' || run?.type !== 'text' || !box) return item;
  const content = [{ ...run, text: run.text.slice(box[0].length) }, ...rest];
  return { checked: (box[1] ?? box[2]) !== '☐', blocks: [{ ...first, content }, ...others] };
}

function taskMark(checked: boolean | undefined): string {
  return checked === undefined ? '' : checked ? '[x] ' : '[ ] ';
}

function indent(body: string, by: string): string {
  return body.replaceAll(/\n(?=[^\n])/g, `\n${by}`);
}
