/** Guesses the charset of text that declares none. Short tables of names must come out right, not only long prose. */
import { analyse } from 'chardet';

const single = [
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'koi8-r',
  'ibm866',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'macintosh',
];
const double = ['shift_jis', 'euc-jp', 'euc-kr', 'gb18030', 'big5'];
/** A statistical guess at least this sure is taken as it is. */
const sure = 60;
/** How much better than the statistical guess another charset must read. */
const margin = 0.05;

/** The most likely charset; undefined when nothing fits. */
export function guessCharset(bytes: Uint8Array): string | undefined {
  const [best] = analyse(bytes).filter(({ name }) => canDecode(name));
  if (best && best.confidence >= sure) return best.name;
  const wide = double.map((name) => ({ name, score: wideScore(bytes, name) })).toSorted((a, b) => b.score - a.score)[0];
  if (wide && wide.score >= 0.8) return wide.name;
  const scores = single.map((name) => ({ name, score: score(decodeAs(bytes, name)) })).toSorted((a, b) => b.score - a.score);
  const favourite = best ? score(decodeAs(bytes, best.name)) : -Infinity;
  const top = scores[0];
  return top && top.score > favourite + margin ? top.name : best?.name;
}

function canDecode(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

function decodeAs(bytes: Uint8Array, name: string): string {
  return new TextDecoder(name).decode(bytes);
}

/** How well text reads as East Asian, 0 to 1; 0 when the bytes do not fit. */
function wideScore(bytes: Uint8Array, name: string): number {
  let text: string;
  try {
    text = new TextDecoder(name, { fatal: true }).decode(trimmed(bytes));
  } catch {
    return 0;
  }
  let good = 0;
  let all = 0;
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    if (code < 0x80) continue;
    all++;
    const isKana = code >= 0x3040 && code <= 0x30ff;
    const isHangul = code >= 0xac00 && code <= 0xd7a3;
    const isHan = code >= 0x4e00 && code <= 0x9fff;
    const isPunctuation = (code >= 0x3000 && code <= 0x303f) || (code >= 0xff00 && code <= 0xff5e);
    if (isKana) good += name.endsWith('jp') || name === 'shift_jis' ? 1.05 : 0.6;
    else if (isHangul) good += name === 'euc-kr' ? 1.02 : 0;
    // Chinese characters in Korean text are rare.
    else if (isHan) good += name === 'euc-kr' ? 0.5 : 1;
    else if (isPunctuation) good += 1;
  }
  return all < 4 ? 0 : good / all;
}

/** A sample may end within a character. */
function trimmed(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) >= 0x80 && bytes.length - end < 4) end--;
  return bytes.length - end < 4 && end !== bytes.length && bytes.length > 65_536 ? bytes.subarray(0, end) : bytes;
}

/** How well text reads, per foreign letter: capitals within words and signs between letters do not occur. */
function score(text: string): number {
  let sum = 0;
  let all = 0;
  let before = ' ';
  for (const sign of text) {
    if (sign > '\u007f') {
      all++;
      const afterLetter = /\p{L}/u.test(before);
      if (/[ďľĺŕťţđþð]/.test(sign)) sum += 0.4;
      else if (/\p{Ll}|\p{Lo}/u.test(sign)) sum += afterLetter && scriptOf(sign) !== scriptOf(before) ? -2 : 1;
      else if (/\p{Lu}/u.test(sign)) sum += /\p{Ll}/u.test(before) ? -2 : 0.5;
      else sum += /[“”‘’„«»–—•…€£°§\u00a0№]/u.test(sign) ? 0.3 : -2;
    }
    before = sign;
  }
  return all === 0 ? 0 : sum / all;
}

function scriptOf(sign: string): string {
  if (/\p{Script=Cyrillic}/u.test(sign)) return 'cyrillic';
  return /\p{Script=Greek}/u.test(sign) ? 'greek' : /\p{Script=Hebrew}|\p{Script=Arabic}/u.test(sign) ? 'semitic' : 'latin';
}
