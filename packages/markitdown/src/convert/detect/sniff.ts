/** Tells the kind of a document: by its content first, then by its name, then by its declared type. */
import { type Detected, extensionOf, type Hints, type Kind, kindOfHints } from './kind.ts';
import { zipKind } from './zip-kind.ts';

/** Tells what the bytes are. */
export function sniff(bytes: Uint8Array, hints: Hints = {}): Detected {
  const promised = kindOfHints(hints);
  return { ...hints, kind: magicKind(bytes) ?? textKind(bytes, promised, hints) };
}

function magicKind(bytes: Uint8Array): Kind | undefined {
  const head = latin1(bytes, 0, 1024);
  if (head.startsWith('PK\u0003\u0004') || head.startsWith('PK\u0005\u0006')) return zipKind(bytes);
  if (head.slice(0, 1024).includes('%PDF-')) return 'pdf';
  if (/^\s*\{\\rtf/.test(head)) return 'rtf';
  if (head.startsWith('\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1')) return oleKind(bytes);
  if (head.startsWith('\u001f\u008b')) return 'gz';
  if (latin1(bytes, 257, 262) === 'ustar') return 'tar';
  if (/^(?:\u0089PNG\r\n|\u00ff\u00d8\u00ff|GIF8[79]a|BM[\s\S]{4}\0\0\0\0|II\*\0|MM\0\*)/.test(head) || /^RIFF[\s\S]{4}WEBP/.test(head))
    return 'image';
  if (/^[\s\S]{4}ftyp(?:heic|heix|mif1|avif)/.test(head)) return 'image';
  if (
    /^[\s\S]{4}ftyp(?:M4A|M4B)/.test(head) ||
    /^(?:ID3|fLaC|OggS|\u00ff[\u00fb\u00f3\u00f2])/.test(head) ||
    /^RIFF[\s\S]{4}WAVE/.test(head)
  )
    return 'audio';
  if (/^[\s\S]{4}ftyp/.test(head) || head.startsWith('\u001aE\u00df\u00a3') || /^RIFF[\s\S]{4}AVI /.test(head)) return 'video';
  return undefined;
}

/** OLE files differ by the names of their streams, which the directory holds as UTF-16. */
function oleKind(bytes: Uint8Array): Kind {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const has = (name: string) => all.includes(Buffer.from(name, 'utf16le'));
  if (has('EncryptedPackage')) return 'encrypted';
  if (has('__properties_version1.0')) return 'msg';
  if (has('WordDocument')) return 'doc';
  if (has('PowerPoint Document')) return 'ppt';
  if (has('Workbook') || has('Book')) return 'xls';
  return 'binary';
}

function textKind(bytes: Uint8Array, promised: Kind | undefined, hints: Hints): Kind {
  if (looksBinary(bytes)) return 'binary';
  const start = latin1(bytes, 0, 4096)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .replaceAll('\0', '')
    .trimStart();
  if (/^<\?xml|^<(?!!--)[\w:]+/.test(start)) {
    if (/<(?:rss|rdf:RDF|feed)[\s>]/i.test(start)) return 'rss';
    if (/^(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*(?:<!doctype html|<html)/i.test(start)) return 'html';
    if (start.startsWith('<?xml') && promised !== 'html') return 'xml';
  }
  if (/^(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html|head|body)\b/i.test(start)) return 'html';
  if (promised && textual.has(promised)) return promised === 'json' && isNotebook(start) ? 'ipynb' : promised;
  if (/^\s*[[{]/.test(start) && isJson(bytes)) return isNotebook(latin1(bytes, 0, bytes.length)) ? 'ipynb' : 'json';
  if (
    /^(?:[A-Z][\w-]*: .*\r?\n(?:[ \t].*\r?\n)*){2,}/.test(start) &&
    /^(?:From|To|Subject|Received|Date|MIME-Version|Return-Path|Delivered-To):/im.test(start)
  )
    return 'eml';
  if (
    /^<(?:title|meta|link|style|script|base|main|header|nav|footer|aside|article|section|div|p|h[1-6]|table|ul|ol|dl|pre|blockquote|figure|a|b|i|em|strong|span|img|br|hr|center|font)\b/i.test(
      start,
    )
  )
    return 'html';
  return extensionOf(hints) === '' && promised === undefined && looksTabular(start) ? 'csv' : 'text';
}

const textual: ReadonlySet<Kind> = new Set(['html', 'markdown', 'text', 'json', 'jsonl', 'xml', 'rss', 'csv', 'tsv', 'ipynb', 'eml']);

function looksBinary(bytes: Uint8Array): boolean {
  const length = Math.min(bytes.length, 8192);
  let zeros = 0;
  let controls = 0;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) zeros++;
    else if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) controls++;
  }
  const wide =
    (bytes[0] === 0xff && bytes[1] === 0xfe) ||
    (bytes[0] === 0xfe && bytes[1] === 0xff) ||
    (zeros > length / 4 && zeros <= length / 2 && controls === 0);
  return !wide && (zeros > 0 || controls > length / 20);
}

function isNotebook(start: string): boolean {
  return /"nbformat"\s*:/.test(start) && /"cells"\s*:|"worksheets"\s*:/.test(start);
}

function isJson(bytes: Uint8Array): boolean {
  if (bytes.length > 16 * 1024 * 1024) return false;
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}

function looksTabular(start: string): boolean {
  const lines = start
    .split(/\r?\n/)
    .slice(0, -1)
    .filter((line) => line !== '')
    .slice(0, 10);
  return ['\t', ';', ','].some((delimiter) => {
    const counts = lines.map((line) => line.split(delimiter).length);
    return (
      lines.length >= 2 &&
      (counts[0] ?? 0) >= 3 &&
      counts.every((count) => count === counts[0]) &&
      !lines.some((line) => /[,;]\s[a-z]/.test(line))
    );
  });
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1', from, to);
}
