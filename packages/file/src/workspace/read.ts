/** Reads a file: a range of lines as text, an image, or bytes. */
import { type BigIntStats, constants } from 'node:fs';
import { ToolError } from '@sandlot/core';
import { meter } from '@sandlot/core/telemetry';
import { type Codec, codecOf, detect } from '../text/encoding.ts';
import { type Eol, eolOf } from '../text/eol.ts';
import { forEachNewline, locateFromEnd, type Source } from '../text/line-index.ts';
import { type LineLimits, type TakenLines, takeLines } from '../text/lines.ts';
import { binaryAdvice, imageType, mediaType } from './media.ts';
import { sourceOf, sourceOfBytes, wholeBytes } from './source.ts';
import { readVersion, versionOf } from './version.ts';
import type { Workspace } from './workspace.ts';
import { quote } from './names.ts';

/** What to read. */
export interface ReadOptions {
  readonly path: string;
  /** First line, from 1; negative: from the end. Bytes instead of lines for base64. */
  readonly offset: number;
  /** Most lines (bytes for base64). Default 2000 lines, or what `maxBytes` allows. */
  readonly limit?: number | undefined;
  readonly encoding: string;
  readonly as: 'auto' | 'text' | 'base64' | 'image';
  /** Most bytes. Default 50,000; given, it also allows lines of that length. */
  readonly maxBytes?: number | undefined;
  readonly signal?: AbortSignal;
}

/** What was read. */
export type ReadResult = ReadText | ReadBytes<'image'> | ReadBytes<'base64'>;

interface ReadFacts {
  /** Bytes of the whole file. */
  readonly size: number;
  readonly version: string;
  readonly next_offset?: number;
  readonly truncated: boolean;
}

/** Lines of text. */
export interface ReadText extends ReadFacts {
  readonly kind: 'text';
  readonly text: string;
  readonly start_line?: number;
  readonly end_line?: number;
  readonly total_lines?: number;
  readonly encoding: string;
  readonly eol: Eol;
  /** Lines that were cut because they are too long. */
  readonly cut: number;
  /** Whether some bytes are invalid and shown as U+FFFD. */
  readonly invalid: boolean;
}

/** Bytes in base64. */
export interface ReadBytes<Kind> extends ReadFacts {
  readonly kind: Kind;
  readonly data: string;
  readonly mime: string;
}

const defaultLineCharacters = 2000;
/** Up to this size all lines are counted. */
const countedBytes = 256 * 1024 * 1024;

/** Reads from a file. */
export async function readFile(workspace: Workspace, options: ReadOptions): Promise<ReadResult> {
  if (options.offset === 0)
    throw new ToolError('INVALID_ARGUMENT', 'The offset is 0; lines and bytes are counted from 1.', {
      advice: 'Use 1 for the start, or a negative number to count from the end.',
    });
  using found = workspace.existing(options.path);
  const small = found.target.readSmall(wholeBytes);
  if (small) {
    const version = versionOf(small.stats, small.content);
    meter.add('sandlot.fs.io', small.content.length, { direction: 'read' });
    return readSource(workspace, options, { name: found.name, stats: small.stats, version, source: sourceOfBytes(small.content) });
  }
  await using file = await found.target.open(constants.O_RDONLY);
  const stats = await file.stat({ bigint: true });
  const source = await sourceOf(file);
  const version = source.whole ? versionOf(stats, source.whole) : await readVersion(file);
  return await readSource(workspace, options, { name: found.name, stats, version, source });
}

interface OpenFile {
  readonly name: string;
  readonly stats: BigIntStats;
  readonly version: string;
  readonly source: Source & { readonly whole: Buffer | undefined };
}

async function readSource(workspace: Workspace, options: ReadOptions, { name, stats, version, source }: OpenFile): Promise<ReadResult> {
  const head = source.whole ?? (await source.read(0, 64 * 1024));
  const facts = { size: source.size, version };
  const image = imageType(head);

  if (options.as === 'base64') return { ...facts, ...(await takeBytes(workspace, source, options, image ?? mediaType(name, head, false))) };
  if (options.as === 'image' || (options.as === 'auto' && image))
    return { ...facts, ...(await readImage(workspace, source, options.path, image)) };
  const codec = options.encoding === 'auto' ? detect(head, source.whole !== undefined).codec : withMark(codecOf(options.encoding), head);
  if (!codec) throw binary(options, source.size, mediaType(name, head, false));
  return { ...facts, ...(await readText(workspace, source, codec, head, stats, options)) };
}

async function readText(
  workspace: Workspace,
  source: Source,
  codec: Codec,
  head: Buffer,
  stats: Parameters<Workspace['lineIndexes']['of']>[0],
  options: ReadOptions,
): Promise<Omit<ReadText, 'size' | 'version'>> {
  const index = workspace.lineIndexes.of(stats, codec);
  const { signal } = options;
  if (source.size <= countedBytes) await index.scan(source, Number.POSITIVE_INFINITY, signal);
  const { total } = index;
  const fromEnd = options.offset < 0 && total === undefined;
  const startLine = options.offset < 0 ? Math.max(1, (total ?? 0) + 1 + options.offset) : Math.max(1, options.offset);
  const position = fromEnd
    ? await locateFromEnd(source, codec, codec.mark.length, -options.offset)
    : await index.locate(source, startLine, signal);
  const eol = eolOf(codec.decode(head.subarray(codec.mark.length)));
  const about = { kind: 'text', encoding: codec.name, eol, ...(total !== undefined && { total_lines: total }) } as const;
  if (position === undefined) {
    if (startLine > 1)
      throw new ToolError('INVALID_ARGUMENT', `${quote(options.path)} has ${index.total ?? 0} lines; there is no line ${startLine}.`);
    return { ...about, text: '', truncated: false, cut: 0, invalid: false };
  }
  const limits = {
    lines: options.limit ?? (options.maxBytes === undefined ? workspace.limits.readLines : Number.POSITIVE_INFINITY),
    bytes: options.maxBytes ?? workspace.limits.readBytes,
    lineCharacters: options.maxBytes === undefined ? defaultLineCharacters : undefined,
  };
  const taken = takeWhole(head, source, codec, position, limits) ?? (await takeLines(source, codec, position, limits, signal));
  const endLine = startLine + taken.count - 1;
  return {
    ...about,
    text: taken.text,
    ...(!fromEnd && { start_line: startLine, end_line: endLine, ...(taken.more && !taken.endless && { next_offset: endLine + 1 }) }),
    truncated: taken.more || taken.cut > 0,
    cut: taken.cut,
    invalid: taken.text.includes('\uFFFD'),
  };
}

/** A file that is at hand and within the limits needs no buffer for each of its lines. */
function takeWhole(head: Buffer, source: Source, codec: Codec, position: number, limits: LineLimits): TakenLines | undefined {
  const text = head.subarray(position);
  if (head.length !== source.size || position !== codec.mark.length || text.length > limits.bytes) return undefined;
  // A line of so many bytes has no more characters.
  const mostBytes = limits.lineCharacters ?? Number.POSITIVE_INFINITY;
  let count = 0;
  let end = 0;
  let isWithin = true;
  const take = (next: number) => {
    isWithin = next - end <= mostBytes && ++count <= limits.lines;
    end = next;
    return isWithin;
  };
  forEachNewline(text, codec, take);
  if (isWithin && end < text.length) take(text.length);
  return isWithin ? { text: codec.decode(text), count, cut: 0, bytes: text.length, more: false, endless: false } : undefined;
}

async function takeBytes(
  { limits }: Workspace,
  source: Source,
  { offset, limit, maxBytes }: ReadOptions,
  mime: string,
): Promise<Omit<ReadBytes<'base64'>, 'size' | 'version'>> {
  const start = offset < 0 ? Math.max(0, source.size + offset) : Math.max(0, offset - 1);
  const bytes = await source.read(start, Math.min(limit ?? Number.POSITIVE_INFINITY, maxBytes ?? limits.readBytes));
  const end = start + bytes.length;
  const more = end < source.size;
  return { kind: 'base64', data: bytes.toString('base64'), mime, truncated: more, ...(more && { next_offset: end + 1 }) };
}

async function readImage(
  { limits: { imageBytes } }: Workspace,
  source: Source,
  path: string,
  type: string | undefined,
): Promise<Omit<ReadBytes<'image'>, 'size' | 'version'>> {
  if (type === undefined) throw new ToolError('UNSUPPORTED', `${quote(path)} is not a PNG, JPEG, GIF or WebP image.`);
  if (source.size > imageBytes) {
    throw new ToolError('PAYLOAD_TOO_LARGE', `${quote(path)} has ${source.size} bytes; images may have ${imageBytes}.`, {
      advice: 'Make a smaller copy of it first.',
    });
  }
  return { kind: 'image', data: (await source.read(0, source.size)).toString('base64'), mime: type, truncated: false };
}

/** A named encoding of a file that starts with its mark: the mark is no text. */
function withMark(codec: Codec, head: Buffer): Codec {
  const marked = detect(head.subarray(0, 4), false).codec;
  if (marked && marked.mark.length > 0 && marked.name.startsWith(codec.name)) return marked;
  return codec.mark.length > 0 && !head.subarray(0, codec.mark.length).equals(codec.mark) ? { ...codec, mark: Buffer.alloc(0) } : codec;
}

function binary({ path, as }: ReadOptions, size: number, mime: string): ToolError {
  const shown = as === 'text' ? 'no text in a known encoding' : 'not text';
  return new ToolError('UNSUPPORTED', `${quote(path)} is ${shown}: ${mime}, ${size} bytes.`, {
    advice: binaryAdvice(mime),
    data: { mime, size },
  });
}
