/** Text encodings: what a file is in, and both ways between bytes and text. */
import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { ToolError } from '@sandlot/core';
import { legacyEncoder } from './legacy.ts';
import { quote } from '../workspace/names.ts';

/** One encoding. */
export interface Codec {
  /** `utf-8`, `utf-8-bom`, `utf-16le`, `utf-16be`, or the name that the WHATWG Encoding Standard gives it. */
  readonly name: string;
  /** Bytes at the start of a file that are no text. */
  readonly mark: Buffer;
  /** Bytes that a newline takes. */
  readonly unit: 1 | 2;
  /** True when the least significant byte comes second. */
  readonly bigEndian: boolean;
  /** Bytes without the mark to text; invalid ones become U+FFFD. */
  decode(bytes: Uint8Array): string;
  /** Text to bytes without the mark. @throws ToolError naming the first character that does not exist in it */
  encode(text: string): Buffer;
}

/** What the first bytes of a file say. */
export interface Detected {
  /** Missing when the content is no text. */
  readonly codec?: Codec;
}

const none = Buffer.alloc(0);
const sampleBytes = 64 * 1024;
const marks = {
  'utf-8-bom': Buffer.from([0xef, 0xbb, 0xbf]),
  'utf-16le': Buffer.from([0xff, 0xfe]),
  'utf-16be': Buffer.from([0xfe, 0xff]),
};

/** The codec of an encoding's name. Files in UTF-16 carry a byte order mark, in UTF-8 only as `utf-8-bom`. */
export function codecOf(name: string): Codec {
  const label = name.toLowerCase();
  if (label === 'utf-8' || label === 'utf8') return utf8('utf-8', none);
  if (label === 'utf-8-bom' || label === 'utf8-bom') return utf8('utf-8-bom', marks['utf-8-bom']);
  if (label === 'utf-16' || label === 'utf-16le') return utf16('utf-16le', marks['utf-16le']);
  if (label === 'utf-16be') return utf16('utf-16be', marks['utf-16be']);
  return legacy(name);
}

/** The encoding of a file, from its first bytes. `whole` says that they are all of it. */
export function detect(head: Buffer, whole: boolean): Detected {
  for (const [name, mark] of Object.entries(marks)) {
    if (head.subarray(0, mark.length).equals(mark)) return { codec: codecOf(name) };
  }
  const utf16Order = unmarkedUtf16(head);
  if (utf16Order) return { codec: utf16(utf16Order, none) };
  if (looksBinary(head)) return {};
  if (isUtf8(head)) return { codec: codecOf('utf-8') };
  const invalid = countInvalid(head, whole);
  if (invalid.bad <= invalid.good) return { codec: codecOf('utf-8') };
  return { codec: legacy('windows-1252') };
}

function utf8(name: string, mark: Buffer): Codec {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    name,
    mark,
    unit: 1,
    bigEndian: false,
    decode: (bytes) => decoder.decode(bytes),
    encode: (text) => {
      if (!text.isWellFormed()) throw new ToolError('INVALID_ARGUMENT', 'The text holds half a surrogate pair.');
      return Buffer.from(text);
    },
  };
}

function utf16(name: 'utf-16le' | 'utf-16be', mark: Buffer): Codec {
  const decoder = new TextDecoder(name, { ignoreBOM: true });
  const bigEndian = name === 'utf-16be';
  return {
    name,
    mark,
    unit: 2,
    bigEndian,
    decode: (bytes) => decoder.decode(bytes),
    encode: (text) => (bigEndian ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, 'utf16le')),
  };
}

function legacy(label: string): Codec {
  const decoder = decoderOf(label);
  return {
    name: decoder.encoding,
    mark: none,
    unit: 1,
    bigEndian: false,
    decode: (bytes) => decoder.decode(bytes),
    encode: (text) => legacyEncoder(decoder.encoding)(text),
  };
}

function decoderOf(label: string): TextDecoder {
  try {
    return new TextDecoder(label);
  } catch (error) {
    throw new ToolError('INVALID_ARGUMENT', `There is no encoding ${quote(label)}.`, {
      advice: 'Names are those of the WHATWG Encoding Standard: utf-8, utf-8-bom, utf-16le, gbk, shift_jis, windows-1252, …',
      cause: error,
    });
  }
}

/** ASCII text in UTF-16 has a zero in every second byte. */
function unmarkedUtf16(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const pairs = Math.min(head.length >> 1, 512);
  if (pairs < 2) return undefined;
  const zeros = [0, 0];
  for (let i = 0; i < pairs * 2; i++) if (head[i] === 0) zeros[i & 1] = (zeros[i & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > pairs * 0.7 && even === 0) return 'utf-16le';
  if (even > pairs * 0.7 && odd === 0) return 'utf-16be';
  return undefined;
}

function looksBinary(head: Buffer): boolean {
  if (head.includes(0)) return true;
  const sample = head.subarray(0, sampleBytes);
  let control = 0;
  for (const byte of sample) if (byte < 8 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32)) control++;
  return control > sample.length * 0.1;
}

/** Characters of more than one byte that are right, and bytes that are not UTF-8. */
function countInvalid(head: Buffer, whole: boolean): { good: number; bad: number } {
  let good = 0;
  let bad = 0;
  for (let i = 0; i < head.length;) {
    const byte = head[i] ?? 0;
    const length =
      byte < 0x80 ? 1 : byte >= 0xc2 && byte < 0xe0 ? 2 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
    if (!whole && i + length > head.length) break;
    if (length === 1) i += 1;
    else if (length > 1 && isTail(head, i + 1, length - 1)) {
      good++;
      i += length;
    } else {
      bad++;
      i += 1;
    }
  }
  return { good, bad };
}

function isTail(bytes: Buffer, start: number, count: number): boolean {
  for (let i = start; i < start + count; i++) if (((bytes[i] ?? 0) & 0xc0) !== 0x80) return false;
  return true;
}
