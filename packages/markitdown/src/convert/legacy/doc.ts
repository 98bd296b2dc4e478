/** Old Word documents: their text, paragraphs, tables and links, without styles. */
import type { Converter } from '../converter.ts';
import { ConvertError } from '../errors.ts';
import { type Block, cell, type Cell, paragraph } from '../model/document.ts';
import { openCompound } from './compound.ts';

/** Converts .doc. */
export const doc: Converter = {
  name: 'doc',
  accepts: ({ kind }) => kind === 'doc',
  convert({ bytes }) {
    const file = openCompound(bytes);
    const main = file.stream('WordDocument');
    if (!main || main.length < 0x1aa) throw new ConvertError('malformed', 'The document has no text stream.');
    const view = new DataView(main.buffer, main.byteOffset, main.byteLength);
    const flags = view.getUint16(0x0a, true);
    if ((flags & 0x100) !== 0) throw new ConvertError('encrypted', 'The document is password protected.');
    const table = file.stream((flags & 0x200) !== 0 ? '1Table' : '0Table');
    if (!table) throw new ConvertError('unsupported', 'The document is of Word 95 or older, which is not supported.');
    const pieces = table.subarray(view.getUint32(0x1a2, true), view.getUint32(0x1a2, true) + view.getUint32(0x1a6, true));
    return {
      blocks: toBlocks(withMarks(readPieces(pieces, main))),
      warnings: ['Read as text: headings, lists and pictures of old Word documents are not kept.'],
    };
  },
};

/** The text lies in pieces, each in one of two encodings. */
function readPieces(clx: Uint8Array, main: Uint8Array): string {
  const view = new DataView(clx.buffer, clx.byteOffset, clx.byteLength);
  let at = 0;
  while (at + 3 <= clx.length && clx[at] === 1) at += 3 + view.getUint16(at + 1, true);
  if (at + 5 > clx.length || clx[at] !== 2) throw new ConvertError('malformed', 'The document has no table of its text.');
  const start = at + 5;
  const count = Math.floor((Math.min(view.getUint32(at + 1, true), clx.length - start) - 4) / 12);
  let text = '';
  for (let piece = 0; piece < count; piece++) {
    const length = view.getUint32(start + (piece + 1) * 4, true) - view.getUint32(start + piece * 4, true);
    const place = view.getUint32(start + (count + 1) * 4 + piece * 8 + 2, true);
    const isNarrow = (place & 0x40000000) !== 0;
    const from = isNarrow ? (place & 0x3fffffff) / 2 : place;
    if (length < 0 || from > main.length) continue;
    text += new TextDecoder(isNarrow ? 'windows-1252' : 'utf-16le').decode(main.subarray(from, from + (isNarrow ? length : length * 2)));
  }
  return text;
}

function toBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let rows: Cell[][] = [];
  let row: Cell[] = [];
  const flushTable = () => {
    if (row.length > 0) rows.push(row);
    if (rows.length > 0) blocks.push({ type: 'table', rows });
    rows = [];
    row = [];
  };
  let held = '';
  // A mark of a cell ends each cell, and one more ends the row.
  for (const [, raw = '', mark = ''] of withoutFields(text).matchAll(/([^\r\f\ue007]*)([\r\f\ue007]|$)/g)) {
    const words = clean(raw);
    if (mark === '\ue007') {
      if (words === '' && held === '' && row.length > 0) {
        rows.push(row);
        row = [];
      } else row.push(cell([held, words].filter(Boolean).join('\n')));
      held = '';
    } else if (row.length > 0 && words !== '') held = [held, words].filter(Boolean).join('\n');
    else {
      if (words !== '') {
        flushTable();
        blocks.push(paragraph(words));
      }
    }
  }
  flushTable();
  return blocks;
}

/** Fields have a code, which is hidden, and a result. */
function withoutFields(text: string): string {
  let shown = text;
  for (let round = 0; round < 5 && shown.includes('\ue013'); round++) {
    shown = shown.replaceAll(/\ue013[^\ue013\ue014\ue015]*(?:\ue014([^\ue013\ue015]*))?\ue015/g, '$1');
  }
  return shown;
}

function clean(text: string): string {
  return text
    .replaceAll('\ue00b', '\n')
    .replaceAll('\ue01e', '\u2011')
    .replaceAll(/[\ue000-\ue01f]/g, '')
    .trim();
}

/** Control signs of Word as private characters, so that patterns can name them. */
function withMarks(text: string): string {
  return text.replaceAll(/[\p{Cc}--[\t\n\r\f]]/gv, (sign) => String.fromCodePoint(0xe000 + sign.charCodeAt(0)));
}
