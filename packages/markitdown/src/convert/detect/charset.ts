/** Bytes to text in any charset. */
import { guessCharset } from './guess.ts';

/** Bytes looked at when a charset must be guessed. */
const sampleBytes = 256 * 1024;

/**
 * Decodes text: byte order mark, then strict UTF-8, then what is declared, then a guess over the whole text.
 *
 * @param bytes the text
 * @param declared a charset from the caller, the transport or the text itself
 */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  const marked = markOf(bytes);
  if (marked) return decode(bytes, marked) ?? '';
  const wide = wideOf(bytes);
  if (wide) return decode(bytes, wide) ?? '';
  const label = declared?.trim().toLowerCase();
  // ISO-2022 escapes look like plain ASCII, so the declaration must come first for them.
  if (label?.startsWith('iso-2022') || label === 'utf-7') return decode(bytes, label) ?? fallback(bytes);
  return strictUtf8(bytes) ?? (label && label !== 'utf-8' && label !== 'us-ascii' ? decode(bytes, label) : undefined) ?? fallback(bytes);
}

/** The charset that the text itself declares: an XML declaration or an HTML meta element. */
export function declaredCharset(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 2048)).toString('latin1');
  return /<\?xml[^>]*\bencoding=["']([\w-]+)/i.exec(start)?.[1] ?? /<meta[^>]*\bcharset=["']?\s*([\w-]+)/i.exec(start)?.[1];
}

function markOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** UTF-16 without a mark: every second byte is zero for Latin text. */
function wideOf(bytes: Uint8Array): string | undefined {
  const length = Math.min(bytes.length, 512);
  if (length < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < length; at++) {
    if (bytes[at] !== 0) continue;
    if (at % 2 === 0) even++;
    else odd++;
  }
  if (odd > length / 4 && even === 0) return 'utf-16le';
  if (even > length / 4 && odd === 0) return 'utf-16be';
  return undefined;
}

function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function decode(bytes: Uint8Array, label: string): string | undefined {
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return undefined;
  }
}

function fallback(bytes: Uint8Array): string {
  const middle = Math.max(0, Math.floor((bytes.length - sampleBytes) / 2));
  const guess = guessCharset(bytes.subarray(middle, middle + sampleBytes));
  return (guess ? decode(bytes, guess) : undefined) ?? new TextDecoder('windows-1252').decode(bytes);
}
