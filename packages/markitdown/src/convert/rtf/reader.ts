/** Reads RTF token by token into blocks. */
import type { ConvertContext } from '../converter.ts';
import { ConvertError } from '../errors.ts';
import type { Block, Document, Inline } from '../model/document.ts';
import { BlockBuilder, isCode, type ParagraphFacts } from './builder.ts';
import { characters, encodingOfCharset, encodingOfPage } from './charset.ts';
import { applyProperty, ignored, resetParagraph, startState, type State } from './state.ts';
import { hexPicture } from './picture.ts';
import { RtfTables } from './tables.ts';
import { readTokens } from './tokens.ts';

const deepest = 1000;

/** One document, or a note inside of it. */
export class RtfReader {
  readonly #context: ConvertContext;
  readonly #tables = new RtfTables();
  readonly #stack: State[] = [];
  readonly #notes = new Map<string, readonly Block[]>();
  readonly #facts: Record<string, string> = {};
  #state = startState();
  #builder = new BlockBuilder();
  #outer: { builder: BlockBuilder; content: Inline[]; id: string }[] = [];
  #content: Inline[] = [];
  #bytes: number[] = [];
  #encoding = 'windows-1252';
  #toSkip = 0;
  /** Text of parts that are not the document: font names, instructions, pictures. */
  #aside = '';
  #instruction: (string | undefined)[] = [];
  #number = 0;

  constructor(context: ConvertContext) {
    this.#context = context;
  }

  /** Reads a whole file. */
  read(bytes: Uint8Array): Document {
    let count = 0;
    for (const token of readTokens(bytes)) {
      if (++count % 10_000 === 0) this.#context.check();
      if (token.type === 'byte') this.#byte(token.byte);
      else {
        this.#flushBytes();
        if (token.type === 'open') this.#open();
        else if (token.type === 'close') this.#close();
        else if (token.type === 'word') this.#word(token.word, token.value);
      }
    }
    this.#flushBytes();
    if (this.#content.length > 0) this.#paragraph();
    const title = this.#facts['title'];
    return { blocks: this.#builder.finish(), notes: this.#notes, metadata: this.#facts, ...(title && { title }) };
  }

  #open(): void {
    if (this.#stack.length > deepest) throw new ConvertError('limit', `The RTF nests groups more than ${deepest} deep.`);
    this.#stack.push(this.#state);
    this.#state = { ...this.#state };
    this.#toSkip = 0;
  }

  #close(): void {
    const ended = this.#state;
    this.#state = this.#stack.pop() ?? startState();
    this.#toSkip = 0;
    if (ended.destination === this.#state.destination) return;
    this.#endPart(ended);
    this.#aside = '';
  }

  #endPart({ destination, style, outline }: State): void {
    if (destination === 'stylesheet-entry' && style !== undefined)
      this.#tables.styles.set(style, { name: this.#aside.replace(/;\s*$/, '').trim().toLowerCase(), outline });
    else if (destination === 'instruction') {
      const target = /HYPERLINK\s+(?!\\)(?:"([^"]*)"|(\S+))/i
        .exec(this.#aside)
        ?.slice(1)
        .find((one) => one !== undefined);
      this.#instruction[this.#instruction.length - 1] = target;
    } else if (destination === 'field') this.#instruction.pop();
    else if (destination === 'list') this.#tables.addList(this.#number);
    else if (destination === 'override') this.#tables.addOverride();
    else if (/^(?:title|author)$/.test(destination) && this.#aside.trim() !== '') this.#facts[destination] = this.#aside.trim();
    else if (destination === 'note') this.#endNote();
    else if (destination === 'picture') this.#content.push(...hexPicture(this.#aside));
  }

  #byte(byte: number): void {
    if (this.#toSkip > 0) this.#toSkip--;
    else this.#bytes.push(byte);
  }

  #flushBytes(): void {
    if (this.#bytes.length === 0) return;
    const bytes = Uint8Array.from(this.#bytes);
    this.#bytes = [];
    this.#text(new TextDecoder(this.#tables.encodings.get(this.#state.font) ?? this.#encoding).decode(bytes));
  }

  #text(text: string): void {
    const { destination } = this.#state;
    if (destination === 'ignored') return;
    if (destination !== 'text' && destination !== 'note' && destination !== 'field') {
      if (this.#aside.length < 64 * 1024 * 1024) this.#aside += text;
      return;
    }
    if (this.#state.hidden) return;
    const { bold, italic, strike, script, font } = this.#state;
    const code = this.#tables.monospaced.has(font);
    const href = this.#instruction.findLast((one) => one !== undefined);
    this.#content.push({
      type: 'text',
      text,
      ...(bold && { bold }),
      ...(italic && { italic }),
      ...(strike && { strike }),
      ...(script && { script }),
      ...(code && { code }),
      ...(href !== undefined && { href }),
    });
  }

  #word(word: string, value: number | undefined): void {
    const state = this.#state;
    const character = characters[word];
    if (character !== undefined) return this.#text(character);
    if (ignored.has(word)) {
      state.destination = 'ignored';
      return;
    }
    switch (word) {
      case '*':
        // Parts that start with a star may be skipped; those that are known set their own destination next.
        if (state.destination !== 'picture') state.destination = 'ignored';
        return;
      case 'u':
        this.#text(String.fromCharCode((value ?? 0) < 0 ? (value ?? 0) + 65_536 : (value ?? 0)));
        this.#toSkip = state.skip;
        return;
      case 'ansicpg':
        this.#encoding = encodingOfPage(value ?? 1252);
        return;
      case 'mac':
        this.#encoding = 'macintosh';
        return;
      case 'par':
      case 'sect':
        if (state.destination === 'text' || state.destination === 'note' || state.destination === 'field') this.#paragraph();
        return;
      case 'line':
        this.#content.push({ type: 'break' });
        return;
      default:
        if (!applyProperty(state, word, value)) this.#structure(word, value);
    }
  }

  #structure(word: string, value: number | undefined): void {
    const state = this.#state;
    switch (word) {
      case 'fonttbl':
      case 'stylesheet':
      case 'info':
        state.destination = word;
        return;
      case 'fmodern':
        if (state.destination === 'fonttbl') this.#tables.monospaced.add(state.font);
        return;
      case 'fcharset': {
        const encoding = encodingOfCharset(value ?? 0);
        if (encoding !== undefined && state.destination === 'fonttbl') this.#tables.encodings.set(state.font, encoding);
        return;
      }
      case 'title':
      case 'author':
        state.destination = word;
        return;
      case 'field':
        state.destination = 'field';
        this.#instruction.push(undefined);
        return;
      case 'fldinst':
        state.destination = 'instruction';
        return;
      case 'fldrslt':
        state.destination = 'text';
        return;
      case 'pict':
        state.destination = 'picture';
        return;
      case 'shppict':
        state.destination = 'text';
        return;
      case 'footnote':
        return this.#startNote();
      case 'annotation':
        if (this.#context.options.comments !== false) this.#startNote();
        return;
      case 'listtext':
      case 'pntext':
        state.destination = 'ignored';
        return;
      case 'ls':
        if (state.destination === 'override') this.#tables.override.id = value ?? 0;
        else state.list = value === 0 ? undefined : value;
        return;
      default:
        this.#tableWord(word, value);
    }
  }

  #tableWord(word: string, value: number | undefined): void {
    const tables = this.#tables;
    switch (word) {
      case 'list':
        this.#state.destination = 'list';
        tables.levels = [];
        return;
      case 'listid':
        if (this.#state.destination === 'override') tables.override.list = value ?? 0;
        else this.#number = value ?? 0;
        return;
      case 'listoverride':
        this.#state.destination = 'override';
        return;
      case 'listoverridetable':
      case 'listtable':
        this.#state.destination = word;
        return;
      case 'trowd':
        return this.#builder.defineRow();
      case 'clmgf':
        return this.#builder.defineMerge('first');
      case 'clmrg':
        return this.#builder.defineMerge('more');
      case 'cellx':
        return this.#builder.defineCell();
      case 'intbl':
        this.#state.inTable = true;
        return;
      case 'cell':
      case 'nestcell':
        this.#state.inTable = true;
        this.#paragraph();
        if (word === 'cell') this.#builder.cell();
        return;
      case 'row':
        return this.#builder.row();
      default:
        tables.level(word, value);
    }
  }

  #paragraph(): void {
    const content = this.#content;
    this.#content = [];
    this.#builder.paragraph(content, this.#paragraphFacts(content));
  }

  #paragraphFacts(content: readonly Inline[]): ParagraphFacts {
    const { style, outline, list, level, inTable, indent } = this.#state;
    const known = style === undefined ? undefined : this.#tables.styles.get(style);
    const name = known?.name ?? '';
    const number = /^heading (\d)/.exec(name)?.[1];
    const deep = outline ?? known?.outline;
    const heading = name === 'title' ? 1 : number !== undefined ? Number(number) : deep !== undefined && deep < 9 ? deep + 1 : undefined;
    return {
      heading,
      code: /^(?:source code|preformatted text|html preformatted|code)$/.test(name) || isCode(content),
      quote: /quot/.test(name),
      inTable,
      indent,
      item: list === undefined || content.length === 0 ? undefined : this.#tables.next(list, level),
    };
  }

  #startNote(): void {
    const id = `note ${this.#notes.size + this.#outer.length}`;
    this.#content.push({ type: 'note', id });
    this.#outer.push({ builder: this.#builder, content: this.#content, id });
    this.#builder = new BlockBuilder();
    this.#content = [];
    this.#state.destination = 'note';
    resetParagraph(this.#state);
  }

  #endNote(): void {
    const outer = this.#outer.pop();
    if (!outer) return;
    if (this.#content.length > 0) this.#paragraph();
    this.#notes.set(outer.id, this.#builder.finish());
    this.#builder = outer.builder;
    this.#content = outer.content;
  }
}
