/** What an answer shows of an output. */
import type { Output } from './output.ts';
import { cleanText, cutHead, cutMiddle, cutTail, foldRepeats } from './text.ts';

/** A part of an output as text. */
export interface View {
  text: string;
  /** Position after what was looked at: where the next view begins. */
  cursor: number;
  /** Bytes that lie in between and are not shown. */
  omittedBytes: number;
}

// Up to here all of it is cleaned before it is cut, so that megabytes of progress become a few lines.
const wholeBytes = 1024 * 1024;

/**
 * Shows what was written since a position.
 *
 * @param most characters of the text
 * @param final false while more may come: then a character or escape code that is not whole yet is left for the next view
 */
export async function viewOutput(output: Output, from: number, most: number, final: boolean): Promise<View> {
  const end = output.total;
  const to = final ? end : end - unfinishedBytes(await output.slice(Math.max(from, end - 256), end));
  const whole = to - from <= wholeBytes ? await output.slice(from, to) : undefined;
  const view = whole?.length === to - from ? viewWhole(output, whole, most) : await viewEnds(output, from, to, most);
  return { ...view, cursor: to };
}

function viewWhole(output: Output, bytes: Buffer, most: number): Omit<View, 'cursor'> {
  const clean = cleanText(decode(bytes));
  const text = clean.length > most ? foldRepeats(clean) : clean;
  const cut = cutMiddle(text, most);
  if (!cut) return { text, omittedBytes: 0 };
  const omittedBytes = Buffer.byteLength(text) - Buffer.byteLength(cut.head) - Buffer.byteLength(cut.tail);
  return { text: `${cut.head}${gap(omittedBytes, output)}${cut.tail}`, omittedBytes };
}

async function viewEnds(output: Output, from: number, to: number, most: number): Promise<Omit<View, 'cursor'>> {
  const window = Math.min(4 * most, 128 * 1024);
  const first = await output.slice(from, from + window);
  const last = await output.slice(to - window, to);
  const headMost = Math.floor(most * 0.4);
  const head = cutHead(foldRepeats(cleanText(decode(first))), headMost);
  const tail = cutTail(foldRepeats(cleanText(decode(last))), most - headMost);
  const omittedBytes = Math.max(0, to - from - Buffer.byteLength(head) - Buffer.byteLength(tail));
  return { text: `${head}${gap(omittedBytes, output)}${tail}`, omittedBytes };
}

function gap(bytes: number, output: Output): string {
  const { file, fileSize, total } = output;
  const where = file === undefined ? '' : fileSize < total ? `; the first ${fileSize} are in ${file}` : `; all in ${file}`;
  return `\n[${bytes} bytes left out${where}]\n`;
}

function decode(bytes: Buffer): string {
  let start = 0;
  // A view may begin inside a character when the bytes before it are gone.
  while (start < Math.min(3, bytes.length) && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.toString('utf8', start);
}

// oxlint-disable-next-line no-control-regex
const unfinishedEscape = /\u001b(?:\[[0-?]*[ -/]*|[ -/]+|[\]PX^_][^\u0007\u001b]*)?$/;

/** Bytes at the end that begin an escape code or a UTF-8 character without ending it. */
function unfinishedBytes(end: Buffer): number {
  const escape = unfinishedEscape.exec(end.toString('latin1'));
  if (escape) return escape[0].length;
  for (let back = 1; back <= Math.min(3, end.length); back++) {
    const byte = end[end.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** The last line that is not empty, for a progress message. */
export async function lastLine(output: Output): Promise<string> {
  const text = cleanText(decode(await output.slice(Math.max(0, output.total - 2048))));
  return text.trimEnd().split('\n').at(-1)?.trim().slice(-200) ?? '';
}
