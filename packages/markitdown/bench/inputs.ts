/** The documents whose conversion is timed. Made, so that they are the same everywhere. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { utils, write } from '@e965/xlsx';
import { docx, p, styles } from '../test/make/docx.ts';
import { odf } from '../test/make/odf.ts';
import { at, pdf, rule } from '../test/make/pdf.ts';

const sentence = 'The quick brown fox jumps over the lazy dog and runs through the wide green field to the river. ';

/** Writes the documents into a folder. */
export async function makeInputs(folder: string): Promise<void> {
  const made: Record<string, string | Uint8Array> = {
    'page.html': page(2095, 5),
    'rows.xlsx': sheet(10_000),
    'tables.docx': docx(wordSections(400), { styles }),
    'book-193.pdf': book(193),
    'book-464.pdf': book(464),
    'small.html': page(40, 2),
    'small.xlsx': sheet(200),
    'small.docx': docx(wordSections(20), { styles }),
    'small.pdf': book(8),
    'small.csv': 'a,b,c\n'.repeat(500),
    'small.json': JSON.stringify({ a: 1, b: [1, 2, 3] }),
    'small.txt': sentence.repeat(200),
    'bomb.docx': docx(p('a'.repeat(500)).repeat(300_000)),
    'bomb.ods': odf(
      'spreadsheet',
      `<table:table table:name="S">${`<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>`.repeat(50)}</table:table>`,
    ),
    'bomb-nested.docx': docx(`${'<w:tbl><w:tr><w:tc>'.repeat(100_000)}${'</w:tc></w:tr></w:tbl>'.repeat(100_000)}`),
  };
  for (const [name, content] of Object.entries(made)) await writeFile(join(folder, name), content);
}

function page(sections: number, share: number): string {
  const parts = Array.from({ length: sections }, (_, index) => {
    const table =
      index % share === 0 ? `<table><tr><th>Name</th><th>Count</th></tr>${'<tr><td>one</td><td>2</td></tr>'.repeat(4)}</table>` : '';
    return `<h2>Section ${index}</h2><p>${sentence.repeat(3)}<a href="/x/${index}">link</a> <b>bold</b></p>${table}`;
  });
  return `<!doctype html><html><head><title>Page</title></head><body>${parts.join('\n')}</body></html>`;
}

function sheet(rows: number): Uint8Array {
  const values = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: 10 }, (__, column) => (column === 0 ? `row ${row}` : row * column)),
  );
  const book = utils.book_new();
  utils.book_append_sheet(book, utils.aoa_to_sheet([Array.from({ length: 10 }, (_, column) => `c${column}`), ...values]), 'Data');
  return new Uint8Array(write(book, { type: 'buffer', bookType: 'xlsx', compression: true }));
}

function wordSections(count: number): string {
  const cell = (text: string) => `<w:tc>${p(text)}</w:tc>`;
  const table = `<w:tbl>${Array.from({ length: 6 }, (_, row) => `<w:tr>${[0, 1, 2, 3].map((column) => cell(`cell ${row} ${column}`)).join('')}</w:tr>`).join('')}</w:tbl>`;
  return Array.from({ length: count }, (_, index) => p(`Section ${index}`, 'Heading1') + p(sentence.repeat(4)).repeat(4) + table).join('');
}

function book(pages: number): Uint8Array {
  return pdf(
    Array.from({ length: pages }, (_, index) => {
      const lines = Array.from({ length: 30 }, (__, line) => at(50, 720 - line * 13, `${index} ${line} ${sentence.slice(0, 80)}`)).join('');
      const grid = [0, 1, 2, 3, 4].map((row) => rule(50, 100 + row * 20, 450, 100 + row * 20)).join('');
      const walls = [0, 1, 2, 3, 4].map((column) => rule(50 + column * 100, 100, 50 + column * 100, 180)).join('');
      const cells = [0, 1, 2, 3].flatMap((row) => [0, 1, 2, 3].map((column) => at(55 + column * 100, 105 + row * 20, `c${row}${column}`)));
      return at(50, 760, `Chapter ${index}`, 'F2', 18) + lines + grid + walls + cells.join('');
    }),
  );
}
