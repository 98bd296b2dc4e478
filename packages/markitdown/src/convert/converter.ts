/** What a converter is, and what it gets. */
import type { Detected } from './detect/kind.ts';
import type { ConvertLimits, InflateBudget } from './limits.ts';
import type { Document } from './model/document.ts';
import type { ConvertOptions } from './options.ts';
import type { PictureStore } from './pictures.ts';

/** A document to convert. */
export interface Input {
  readonly bytes: Uint8Array;
  readonly detected: Detected;
}

/** What a converter may use. */
export interface ConvertContext {
  readonly options: ConvertOptions;
  readonly limits: ConvertLimits;
  readonly budget: InflateBudget;
  /** What becomes of pictures. */
  readonly pictures: PictureStore;
  /** Converts a document inside this one: a member of an archive, an attachment. */
  nested(bytes: Uint8Array, name: string, mimetype?: string): Promise<Document>;
  /** Throws when the caller cancelled. */
  check(): void;
  progress(done: number, total: number): void;
}

/** Turns one family of documents into the document model. */
export interface Converter {
  readonly name: string;
  /** Lower comes first. Default 0. */
  readonly priority?: number;
  accepts(detected: Detected, bytes: Uint8Array): boolean;
  convert(input: Input, context: ConvertContext): Document | Promise<Document>;
}
