/** What goes between a worker process and its owner. */
import type { Conversion } from '../convert.ts';
import type { ConvertErrorCode } from '../errors.ts';
import type { ConvertOptions } from '../options.ts';

/** Options that can cross a process border. */
export type PlainOptions = Omit<ConvertOptions, 'signal' | 'onProgress' | 'converters' | 'ocrEngine' | 'transcriber'>;

/** One conversion. */
export interface Job {
  readonly bytes: Uint8Array;
  readonly options: PlainOptions;
  /** URLs of modules; see {@link Plugin}. */
  readonly plugins: readonly string[];
}

/** What a worker says. */
export type Message =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'done'; readonly conversion: Conversion }
  | { readonly type: 'failed'; readonly code: ConvertErrorCode; readonly message: string };
