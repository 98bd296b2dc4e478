/** Splits RTF into its tokens. */

/** One token. Bytes are characters of the current code page. */
export type Token =
  | { readonly type: 'open' }
  | { readonly type: 'close' }
  | { readonly type: 'word'; readonly word: string; readonly value: number | undefined }
  | { readonly type: 'byte'; readonly byte: number }
  | { readonly type: 'binary'; readonly bytes: Uint8Array };

/** Reads the tokens, one after the other. */
export function* readTokens(bytes: Uint8Array): Generator<Token> {
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x7b) yield { type: 'open' };
    else if (byte === 0x7d) yield { type: 'close' };
    else if (byte === 0x5c) {
      const next = bytes[at + 1] ?? 0;
      if (isLetter(next)) {
        let end = at + 1;
        while (end < bytes.length && isLetter(bytes[end] ?? 0) && end - at < 40) end++;
        const word = ascii(bytes, at + 1, end);
        const from = end;
        if (bytes[end] === 0x2d) end++;
        while (end < bytes.length && isDigit(bytes[end] ?? 0) && end - from < 12) end++;
        const digits = ascii(bytes, from, end);
        if (bytes[end] === 0x20) end++;
        const value = digits === '' || digits === '-' ? undefined : Number(digits);
        if (word === 'bin' && value !== undefined && value > 0) {
          yield { type: 'binary', bytes: bytes.subarray(end, end + value) };
          end += value;
        } else yield { type: 'word', word, value };
        at = end;
        continue;
      }
      if (next === 0x27) {
        const code = Number.parseInt(ascii(bytes, at + 2, at + 4), 16);
        if (!Number.isNaN(code)) yield { type: 'byte', byte: code };
        at += 4;
        continue;
      }
      yield { type: 'word', word: next === 0x0a || next === 0x0d ? 'par' : String.fromCodePoint(next), value: undefined };
      at += 2;
      continue;
    } else if (byte !== 0x0a && byte !== 0x0d && byte !== 0) yield { type: 'byte', byte };
    at++;
  }
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCodePoint(...bytes.subarray(from, to));
}

function isLetter(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
