/** The document model: what every reader makes and the one Markdown writer prints. */

/** A converted document before it is printed. */
export interface Document {
  readonly blocks: readonly Block[];
  readonly title?: string;
  /** Facts about the document: author, created, pages, … */
  readonly metadata?: Readonly<Record<string, string>>;
  /** What was left out or could not be read, one sentence each. */
  readonly warnings?: readonly string[];
  /** Notes by id; {@link NoteRef} points here. */
  readonly notes?: ReadonlyMap<string, readonly Block[]>;
}

/** One block. */
export type Block = Heading | Paragraph | List | Table | Code | Quote | MathBlock | Rule | Marker | Markdown;

export interface Heading {
  readonly type: 'heading';
  /** 1 is the top; the writer clamps at 6. */
  readonly level: number;
  readonly content: readonly Inline[];
}

export interface Paragraph {
  readonly type: 'paragraph';
  readonly content: readonly Inline[];
}

export interface List {
  readonly type: 'list';
  readonly ordered: boolean;
  /** First number of an ordered list. Default 1. */
  readonly start?: number;
  readonly items: readonly ListItem[];
}

export interface ListItem {
  readonly blocks: readonly Block[];
  /** Set for a task: done or not. */
  readonly checked?: boolean;
}

export interface Table {
  readonly type: 'table';
  readonly rows: readonly (readonly Cell[])[];
  /** How many rows at the top are headers. The writer uses the first row when none is. */
  readonly headerRows?: number;
  readonly align?: readonly (Align | undefined)[];
}

export type Align = 'left' | 'center' | 'right';

export interface Cell {
  readonly blocks: readonly Block[];
  /** Default 1. */
  readonly colspan?: number;
  /** Default 1. */
  readonly rowspan?: number;
}

export interface Code {
  readonly type: 'code';
  readonly text: string;
  readonly language?: string;
}

export interface Quote {
  readonly type: 'quote';
  readonly blocks: readonly Block[];
}

export interface MathBlock {
  readonly type: 'math';
  readonly latex: string;
}

export interface Rule {
  readonly type: 'rule';
}

/** A note to the reader that is not shown: `<!-- page 3 -->`. */
export interface Marker {
  readonly type: 'marker';
  readonly text: string;
}

/** Text that is Markdown already. */
export interface Markdown {
  readonly type: 'markdown';
  readonly text: string;
}

/** One piece of running text. */
export type Inline = Run | Picture | Break | MathRun | NoteRef;

/** Text with its marks. Neighbours with equal marks are one. */
export interface Run {
  readonly type: 'text';
  readonly text: string;
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly strike?: boolean;
  readonly code?: boolean;
  readonly script?: 'sub' | 'super';
  /** Target of the link that the text belongs to. */
  readonly href?: string;
}

export interface Picture {
  readonly type: 'image';
  readonly alt: string;
  /** Name for people: `image1.png`. */
  readonly name: string;
  readonly mimetype: string;
  /** An address outside of the document; never fetched. */
  readonly url?: string;
  /** Reads the bytes, when the picture is inside the document. */
  readonly bytes?: () => Uint8Array | undefined;
}

export interface Break {
  readonly type: 'break';
}

export interface MathRun {
  readonly type: 'math';
  readonly latex: string;
}

export interface NoteRef {
  readonly type: 'note';
  readonly id: string;
}

/** A run without marks. */
export function text(value: string): Run {
  return { type: 'text', text: value };
}

/** A paragraph of plain text. */
export function paragraph(value: string): Paragraph {
  return { type: 'paragraph', content: [text(value)] };
}

/** A heading of plain text. */
export function heading(level: number, value: string): Heading {
  return { type: 'heading', level, content: [text(value)] };
}

/** A cell of plain text. */
export function cell(value: string): Cell {
  return { blocks: value === '' ? [] : [paragraph(value)] };
}

/** The plain text of inlines. */
export function plainText(content: readonly Inline[]): string {
  return content
    .map((part) => (part.type === 'text' ? part.text : part.type === 'break' ? ' ' : part.type === 'math' ? part.latex : ''))
    .join('');
}
