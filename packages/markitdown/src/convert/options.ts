/** Options of a conversion. */
import type { Converter } from './converter.ts';
import type { Hints } from './detect/kind.ts';
import type { OcrEngine, Transcriber } from './engines/types.ts';
import type { ConvertLimits } from './limits.ts';

/** Options of {@link convert}. All are optional. */
export interface ConvertOptions {
  /** What is known about the source: file name, declared type, charset, address. */
  readonly hints?: Hints;
  /** Pages, slides or sheets, counted from 1: `1-3,7`. Default: all. */
  readonly pages?: string;
  /** Only the part under a heading: its title, or the titles on the way to it, `Methods > Data`. Default: all. */
  readonly section?: string;
  /** First character of the Markdown to return. Default 0. */
  readonly offset?: number;
  /** Most characters to return; 0 means all. Cut at the end of a block where one is near. Default 0. */
  readonly maxChars?: number;
  /** Web pages: everything, or the article alone. Default `full`. */
  readonly content?: 'full' | 'main';
  /** Links of web pages: as they are, absolute (against `baseUrl` or the address in `hints`), or their text alone. Default `keep`. */
  readonly links?: 'keep' | 'absolute' | 'text';
  /** Address that relative links are relative to. Makes them absolute unless `links` says otherwise. */
  readonly baseUrl?: string;
  /**
   * Pictures: `name` prints `![description](name)`; `alt` the description alone; `data` the bytes as a data URI;
   * `save` collects the bytes in `images` and prints the path. Default `name`.
   */
  readonly images?: 'name' | 'alt' | 'data' | 'save';
  /** With `images: 'save'`: folder in the printed paths. Default none. */
  readonly imageFolder?: string;
  /** `gfm`: pipes, merged cells repeated; `html`; `auto`: HTML where pipes would lose something. Default `gfm`. */
  readonly tables?: 'gfm' | 'html' | 'auto';
  /** Comments of reviewers, as notes. Default true. */
  readonly comments?: boolean;
  /** Tracked changes: the new text, the old text, or both marked. Default `accept`. */
  readonly trackChanges?: 'accept' | 'reject' | 'mark';
  /** Speaker notes. Default true. */
  readonly notes?: boolean;
  /** Hidden slides, sheets, rows and columns. Default false. */
  readonly hidden?: boolean;
  /** Page headers and footers of text documents, before and after the text. Default false. */
  readonly headersFooters?: boolean;
  /** Spreadsheets: formulas instead of values. Default false. */
  readonly formulas?: boolean;
  /** `<!-- page 3 -->` before each page. Default true for slides, else false. */
  readonly pageMarkers?: boolean;
  /** Opens documents that are password protected. */
  readonly password?: string;
  /** Text in pictures and scanned pages: never, where a page has no text, or instead of the text. Default `off`. */
  readonly ocr?: 'off' | 'auto' | 'force';
  /** Languages of the text in pictures, as the engine names them. Default `eng`. */
  readonly ocrLanguages?: readonly string[];
  /** Reads text in pictures. Default: the program tesseract or the package tesseract.js, when one is installed. */
  readonly ocrEngine?: OcrEngine;
  /** Writes down what is said in sound and video. Default: nobody. */
  readonly transcriber?: Transcriber;
  readonly limits?: Partial<ConvertLimits>;
  /** Own converters; they come before the built-in ones of equal priority. */
  readonly converters?: readonly Converter[];
  readonly signal?: AbortSignal;
  /** Told about the progress of long conversions. */
  readonly onProgress?: (done: number, total: number) => void;
}
