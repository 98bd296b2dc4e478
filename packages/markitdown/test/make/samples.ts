/** One small document of every kind. */
import { gzipSync } from 'node:zlib';
import { utils, write } from '@e965/xlsx';
import { compound, doc, encrypted, ppt } from './compound.ts';
import { docx, li, numbering, p, styles } from './docx.ts';
import { png, wav } from './media.ts';
import { odf } from './odf.ts';
import { at, pdf, rule } from './pdf.ts';
import { line, pptx, shape } from './pptx.ts';
import { taggedPdf } from './tagged-pdf.ts';
import { zip } from './zip.ts';

function book(bookType: 'xlsx' | 'xls' | 'xlsb'): Uint8Array {
  const made = utils.book_new();
  utils.book_append_sheet(
    made,
    utils.aoa_to_sheet([
      ['a', 'b'],
      [1, true],
      ['x', 2.5],
    ]),
    'One',
  );
  return new Uint8Array(write(made, { type: 'array', bookType }) as ArrayBuffer);
}

function tar(name: string, content: string): Uint8Array {
  const head = Buffer.alloc(512);
  head.write(name, 0);
  head.write('0000644\0', 100);
  head.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\0', 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([head, Buffer.from(content.padEnd(512, '\0')), Buffer.alloc(1024)]);
}

const grid = [50, 150, 250].map((x) => rule(x, 600, x, 640)).join('') + [600, 620, 640].map((y) => rule(50, y, 250, y)).join('');
const cell = '<table:table-cell><text:p>x</text:p></table:table-cell>';
const mail =
  'From: a@example.com\r\nTo: b@example.com\r\nSubject: Hi\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n--B\r\nContent-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\nx,y\r\n--B--\r\n';
const container =
  '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>';
const opf =
  '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Book</dc:title></metadata><manifest><item id="c" href="c.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c"/></spine></package>';
const notebook = {
  nbformat: 4,
  metadata: {},
  cells: [
    { cell_type: 'markdown', source: ['# N'] },
    { cell_type: 'code', source: 'x = 1', outputs: [] },
  ],
};

/** File name → bytes. */
export const samples: Readonly<Record<string, Uint8Array>> = {
  'page.html': Buffer.from('<h1>H</h1><ul><li>a<ul><li>b</li></ul></li></ul><table><tr><td rowspan=2>1<td>2<tr><td>3</table><pre>x</pre>'),
  'text.docx': docx(p('Head', 'Heading1') + li('one') + li('two', 1) + `<w:tbl><w:tr><w:tc>${p('c')}</w:tc></w:tr></w:tbl>`, {
    styles,
    numbering,
  }),
  'slides.pptx': pptx([{ shapes: shape(line('T'), { type: 'title' }) + shape(line('body')), notes: 'note' }]),
  'book.xlsx': book('xlsx'),
  'book.xls': book('xls'),
  'book.xlsb': book('xlsb'),
  'text.odt': odf(
    'text',
    '<text:h text:outline-level="1">H</text:h><text:list><text:list-item><text:p>i</text:p></text:list-item></text:list>',
  ),
  'sheet.ods': odf('spreadsheet', `<table:table table:name="S"><table:table-row>${cell}${cell}</table:table-row></table:table>`),
  'slides.odp': odf(
    'presentation',
    '<draw:page draw:name="p"><draw:frame><draw:text-box><text:p>x</text:p></draw:text-box></draw:frame></draw:page>',
  ),
  'text.rtf': Buffer.from("{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\b bold\\b0\\par\\trowd\\cellx100\\intbl a\\cell\\row caf\\'e9\\par}"),
  'old.doc': doc('text\ra\u0007b\u0007\u0007', 'wide\r'),
  'old.ppt': ppt('Title', 'one\rtwo', 'next'),
  'locked.docx': encrypted(docx(p('secret')), 'pw'),
  'mail.msg': compound({ '__properties_version1.0': Buffer.alloc(64), '__substg1.0_0037001F': Buffer.from('Subject', 'utf16le') }),
  'mail.eml': Buffer.from(mail),
  'book.epub': zip({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': container,
    'b.opf': opf,
    'c.xhtml': '<html><body><h1>C</h1></body></html>',
  }),
  'plain.pdf': pdf([
    at(50, 700, 'Some text on a page') + grid + at(55, 625, 'a') + at(155, 625, 'b') + at(55, 605, 'c') + at(155, 605, 'd'),
  ]),
  'tagged.pdf': taggedPdf([
    ['H1', 'Head'],
    ['P', 'text'],
    [
      'L',
      [
        [
          'LI',
          [
            ['Lbl', '1.'],
            ['LBody', 'one'],
          ],
        ],
      ],
    ],
    [
      'Table',
      [
        [
          'TR',
          [
            ['TH', 'a'],
            ['TD', 'b'],
          ],
        ],
      ],
    ],
  ]),
  'data.csv': Buffer.from('a,b\n1,"x, y"\n'),
  'data.tsv': Buffer.from('a\tb\n1\t2\n'),
  'data.json': Buffer.from('{"a":[1,{"b":null}]}'),
  'data.jsonl': Buffer.from('{"a":1}\n{"a":2}\n'),
  'data.xml': Buffer.from('<?xml version="1.0"?><a><b c="d">e</b></a>'),
  'feed.rss': Buffer.from(
    '<rss><channel><title>F</title><item><title>I</title><description>&lt;p&gt;x&lt;/p&gt;</description></item></channel></rss>',
  ),
  'note.ipynb': Buffer.from(JSON.stringify(notebook)),
  'text.md': Buffer.from('# A\n\n- b\n'),
  'text.txt': Buffer.from('Plain text, caf\u00e9.\n'),
  'all.zip': zip({ 'a.csv': 'x,y\n', 'b/c.html': '<p>c</p>' }),
  'all.tar': tar('a.txt', 'inside'),
  'all.tgz': gzipSync(tar('a.txt', 'inside')),
  'dot.png': png(),
  'sound.wav': wav('Song', 'Singer'),
};
