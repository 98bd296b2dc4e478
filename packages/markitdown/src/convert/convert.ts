/** Converts a document: tells its kind, finds its converter, prints the model. */
import type { ConvertContext, Converter, Input } from './converter.ts';
import { cutMarkdown, type OutlineEntry, outlineOf, sectionOf } from './cut.ts';
import type { Detected, Kind } from './detect/kind.ts';
import { sniff } from './detect/sniff.ts';
import { ConvertError, reasonOf } from './errors.ts';
import { type ConvertLimits, defaultConvertLimits, InflateBudget } from './limits.ts';
import type { Document } from './model/document.ts';
import type { ConvertOptions } from './options.ts';
import { type SavedPicture, PictureStore } from './pictures.ts';
import { builtIn } from './registry.ts';
import { writeBlocks } from './writer/write.ts';

/** A converted document. */
export interface Conversion {
  /** The Markdown, or the part of it that was asked for. */
  readonly markdown: string;
  readonly kind: Kind;
  readonly title?: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Length of the whole Markdown. */
  readonly totalChars: number;
  readonly truncated: boolean;
  /** Where the next part begins. */
  readonly nextOffset?: number;
  readonly outline: readonly OutlineEntry[];
  /** With `images: 'save'`. */
  readonly images: readonly SavedPicture[];
  /** What was left out or could not be read. */
  readonly warnings: readonly string[];
}

/**
 * Converts a document to Markdown, in this thread.
 *
 * @param source the bytes, or text
 * @param options see {@link ConvertOptions}
 * @throws ConvertError saying what is wrong with the document
 */
export async function convert(source: Uint8Array | string, options: ConvertOptions = {}): Promise<Conversion> {
  const limits: ConvertLimits = { ...defaultConvertLimits, ...options.limits };
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source;
  if (bytes.length > limits.inputBytes)
    throw new ConvertError('limit', `The document has ${bytes.length} bytes; the limit is ${limits.inputBytes} (limit inputBytes).`);
  const input = await unlocked({ bytes, detected: sniff(bytes, options.hints) }, options);
  const { detected } = input;
  const pictures = new PictureStore(options);
  const document = await toDocument(input, makeContext(options, limits, new InflateBudget(limits), pictures, 0));
  return print(document, detected, options, limits, pictures);
}

/** The document inside of a password protected one. */
async function unlocked(input: Input, options: ConvertOptions): Promise<Input> {
  if (input.detected.kind !== 'encrypted') return input;
  const { filename } = input.detected;
  const { decryptOffice } = await import('./crypt/office.ts');
  const bytes = decryptOffice(input.bytes, options.password, filename ? `"${filename}"` : 'The document');
  return { bytes, detected: sniff(bytes, options.hints) };
}

/** Reads a document into the model. */
async function toDocument(input: Input, context: ConvertContext): Promise<Document> {
  context.check();
  const own = (context.options.converters ?? []).filter((one) => one.accepts(input.detected, input.bytes));
  const standard = await builtIn(input.detected.kind);
  const candidates: Converter[] = [...own, ...(standard ? [standard] : [])].toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
  const failures: unknown[] = [];
  for (const candidate of candidates) {
    try {
      return await candidate.convert(input, context);
    } catch (error) {
      // A limit or a cancellation is the answer; another converter must not run into it again.
      if (error instanceof ConvertError && error.code !== 'malformed' && error.code !== 'unsupported') throw error;
      failures.push(error);
    }
  }
  throw failureOf(input.detected, failures);
}

function failureOf(detected: Detected, failures: readonly unknown[]): ConvertError {
  const [first] = failures;
  if (first === undefined)
    return new ConvertError(
      'unsupported',
      `${detected.filename ? `"${detected.filename}"` : 'The document'} is of a kind that cannot be converted (${detected.kind}).`,
    );
  if (first instanceof ConvertError) return first;
  if (first instanceof RangeError && /call stack/i.test(first.message))
    return new ConvertError('limit', 'The document is nested too deeply.', { cause: first });
  return new ConvertError('malformed', `The ${detected.kind} document could not be read: ${reasonOf(first)}`, { cause: first });
}

function makeContext(
  options: ConvertOptions,
  limits: ConvertLimits,
  budget: InflateBudget,
  pictures: PictureStore,
  depth: number,
  deadline = Date.now() + limits.timeMs,
): ConvertContext {
  return {
    options,
    limits,
    budget,
    pictures,
    check() {
      if (options.signal?.aborted) throw new ConvertError('cancelled', 'The conversion was cancelled.', { cause: options.signal.reason });
      if (Date.now() > deadline) throw new ConvertError('timeout', `The conversion took longer than ${limits.timeMs} ms (limit timeMs).`);
    },
    progress: (done, total) => options.onProgress?.(done, total),
    async nested(bytes, name, mimetype) {
      if (depth + 1 > limits.depth)
        throw new ConvertError('limit', `"${name}" is nested more than ${limits.depth} documents deep (limit depth).`);
      const { pages: _pages, ...inner } = options;
      const detected = sniff(bytes, { filename: name, ...(mimetype !== undefined && { mimetype }) });
      return toDocument(await unlocked({ bytes, detected }, inner), makeContext(inner, limits, budget, pictures, depth + 1, deadline));
    },
  };
}

function print(document: Document, { kind }: Detected, options: ConvertOptions, limits: ConvertLimits, pictures: PictureStore): Conversion {
  const pieces = writeBlocks(document, {
    tables: options.tables ?? 'gfm',
    maxChars: limits.outputChars,
    pictureTarget: (picture) => pictures.target(picture),
  });
  const all = pieces.length === 0 ? '' : `${pieces.join('\n\n')}\n`;
  const headings = outlineOf(all);
  const title = document.title ?? headings[0]?.title;
  const whole = options.section === undefined ? all : sectionOf(all, headings, options.section);
  const outline = options.section === undefined ? headings : outlineOf(whole);
  return {
    ...cutMarkdown(whole, options.offset ?? 0, options.maxChars ?? 0),
    kind,
    ...(title && { title }),
    metadata: document.metadata ?? {},
    totalChars: whole.length,
    outline,
    images: pictures.saved,
    warnings: document.warnings ?? [],
  };
}
