import { describe, expect, it } from 'vitest';
import { at, pdf, rule } from '../../../test/make/pdf.ts';
import { write } from '../../../test/make/tagged-pdf.ts';
import { convert } from '../index.ts';

const markdown = async (bytes: Uint8Array) => (await convert(bytes)).markdown.trim();
const prose = [
  'The quick brown fox jumps over the lazy dog,',
  'runs through the wide green field until it is',
  'at the river where it drinks some water, rests',
  'for a long while before it goes home to a den',
  'in the dark old forest and sleeps there until',
];
const column = (x: number, y: number, texts: readonly string[], size = 10) =>
  texts.map((text, index) => at(x, y - index * 12, text, 'F1', size)).join('');
const grid = (rows: readonly (readonly string[])[], x: number, y: number, width: number) =>
  rows.map((row, index) => row.map((text, cell) => (text === '' ? '' : at(x + cell * width, y - index * 14, text))).join('')).join('');

describe('the layout of PDF pages', () => {
  it('reads a title over two columns, then one column after the other', async () => {
    const page =
      at(150, 760, 'A Title Over Both Columns', 'F1', 20) +
      column(50, 700, prose) +
      column(
        310,
        700,
        prose.map((text) => text.toUpperCase()),
      );
    const text = await markdown(pdf([page]));
    expect(text).toBe(`# A Title Over Both Columns\n\n${prose.join(' ')}\n\n${prose.join(' ').toUpperCase()}`);
  });

  it('finds a table inside of a column', async () => {
    const table = grid(
      [
        ['Year', 'Fresh', 'Salt'],
        ['2019', '120', '80'],
        ['2020', '135', '95'],
      ],
      310,
      620,
      80,
    );
    const text = await markdown(
      pdf([column(50, 700, [...prose, ...prose, ...prose]) + column(310, 700, prose) + table + column(310, 560, prose)]),
    );
    expect(text).toContain('| Year | Fresh | Salt |\n| --- | --- | --- |\n| 2019 | 120 | 80 |\n| 2020 | 135 | 95 |');
    expect(text.match(/\|/g)).toHaveLength(16);
  });

  it('ends a table before what follows in its first column', async () => {
    const table = grid(
      [
        ['Name', 'Amount'],
        ['Bread', '12'],
        ['Cheese', '100'],
        ['Wine', '7'],
      ],
      50,
      700,
      200,
    );
    expect(await markdown(pdf([table + at(50, 620, 'A line after it.')]))).toBe(
      '| Name | Amount |\n| --- | --- |\n| Bread | 12 |\n| Cheese | 100 |\n| Wine | 7 |\n\nA line after it.',
    );
  });

  it('keeps blank cells, and lines of a cell together', async () => {
    const rows =
      at(50, 700, 'Key') +
      at(200, 700, 'Text') +
      at(50, 670, 'one') +
      at(200, 670, 'first line of it') +
      at(200, 658, 'second line') +
      at(50, 628, 'two') +
      at(200, 628, 'short');
    expect(await markdown(pdf([rows]))).toBe('| Key | Text |\n| --- | --- |\n| one | first line of it second line |\n| two | short |');
    expect(
      await markdown(
        pdf([
          grid(
            [
              ['a', 'b', 'c'],
              ['1', '', '3'],
              ['', '5', '6'],
            ],
            50,
            700,
            100,
          ),
        ]),
      ),
    ).toBe('| a | b | c |\n| --- | --- | --- |\n| 1 |  | 3 |\n|  | 5 | 6 |');
  });

  it('reads lists with wide gaps behind their marks as lists', async () => {
    const items = ['first', 'second', 'third', 'fourth']
      .map((text, index) => at(50, 700 - index * 14, `${index + 1}.`) + at(80, 700 - index * 14, `the ${text} thing`))
      .join('');
    expect(await markdown(pdf([items]))).not.toContain('|');
  });

  it('goes on with tables and paragraphs over pages', async () => {
    const box = (rows: number, top: number) =>
      [50, 150, 250].map((x) => rule(x, top - rows * 20, x, top)).join('') +
      Array.from({ length: rows + 1 }, (_, row) => rule(50, top - row * 20, 250, top - row * 20)).join('');
    const cells = (rows: readonly (readonly string[])[], top: number) =>
      rows.map((row, y) => row.map((text, x) => at(55 + x * 100, top - 14 - y * 20, text)).join('')).join('');
    const first =
      box(3, 200) +
      cells(
        [
          ['No', 'Cost'],
          ['1', 'a'],
          ['2', 'b'],
        ],
        200,
      );
    const next =
      box(2, 780) +
      cells(
        [
          ['No', 'Cost'],
          ['3', 'c'],
        ],
        780,
      );
    expect(await markdown(pdf([first, next]))).toBe('| No | Cost |\n| --- | --- |\n| 1 | a |\n| 2 | b |\n| 3 | c |');
    const [long, rest] = ['A sentence that is long enough to reach the end of the page goes', 'on at the top of the next one.'];
    expect(await markdown(pdf([at(50, 60, long), at(50, 740, rest)]))).toBe(`${long} ${rest}`);
  });

  it('parts cells whose texts the engine puts together', async () => {
    const walls = [50, 90, 130].map((x) => rule(x, 660, x, 700)).join('') + [660, 680, 700].map((y) => rule(50, y, 130, y)).join('');
    const text = (y: number, words: string) => `BT /F3 10 Tf 52 ${y} Td (${words}) Tj ET\n`;
    expect(await markdown(pdf([walls + text(686, 'left  right') + text(666, 'one   two')]))).toBe(
      '| left | right |\n| --- | --- |\n| one | two |',
    );
  });

  it('parts rows of numbers that no line parts, but no wrapped text', async () => {
    const walls = [40, 150, 260].map((x) => rule(x, 600, x, 710)).join('') + [600, 690, 710].map((y) => rule(40, y, 260, y)).join('');
    const cells = (left: string[], right: string[]) =>
      [left, right].map((texts, x) => texts.map((text, y) => at(50 + x * 110, 696 - y * 22, text)).join('')).join('');
    expect(await markdown(pdf([walls + cells(['Town', 'Bonn', 'Kiel', 'Ulm'], ['People', '330', '250', '130'])]))).toBe(
      '| Town | People |\n| --- | --- |\n| Bonn | 330 |\n| Kiel | 250 |\n| Ulm | 130 |',
    );
    const text = await markdown(
      pdf([walls + cells(['Why', 'because it', 'is so and', 'not else'], ['How', 'in the way', 'that it was', 'done before'])]),
    );
    expect(text.split('\n')).toHaveLength(3);
  });

  it('reads frames whose columns no line parts as tables', async () => {
    const frame = rule(40, 630, 40, 710) + rule(400, 630, 400, 710) + [630, 650, 670, 690, 710].map((y) => rule(40, y, 400, y)).join('');
    const rows = [
      ['Item', 'Count'],
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ];
    const cells = rows.map((row, y) => row.map((text, x) => at(50 + x * 150, 696 - y * 20, text)).join('')).join('');
    expect(await markdown(pdf([frame + cells]))).toBe('| Item | Count |\n| --- | --- |\n| a | 1 |\n| b | 2 |\n| c | 3 |');
  });

  it('turns pages whose text stands on end', async () => {
    const turned = ['First line of a turned page', 'second line of it']
      .map((text, index) => `BT /F1 10 Tf 0 1 -1 0 ${100 + index * 12} 50 Tm (${text}) Tj ET\n`)
      .join('');
    expect(await markdown(pdf([turned]))).toBe('First line of a turned page second line of it');
  });

  it('links the words that a link covers, not the whole line', async () => {
    const link = '<</Type/Annot/Subtype/Link/Rect[74 695 98 712]/A<</S/URI/URI(https://example.com/)>>>>';
    expect(await markdown(pdf([`BT /F3 10 Tf 50 700 Td (see this page) Tj ET\n`], [link]))).toBe('see [this](https://example.com/) page');
  });

  it('takes headings and their levels from the outline', async () => {
    const content = at(50, 700, 'Small Heading') + at(50, 670, 'some text here') + at(50, 640, 'Part of It') + at(50, 610, 'more text');
    const bytes = write([
      '<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>',
      '<</Type/Pages/Count 1/Kids[3 0 R]>>',
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>',
      `<</Length ${content.length}>>stream\n${content}\nendstream`,
      '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
      '<</Type/Outlines/First 7 0 R/Last 7 0 R/Count 2>>',
      '<</Title(Small heading)/Parent 6 0 R/Dest[3 0 R/Fit]/First 8 0 R/Last 8 0 R/Count 1>>',
      '<</Title(Part of it)/Parent 7 0 R/Dest[3 0 R/Fit]>>',
    ]);
    expect(await markdown(bytes)).toBe('# Small Heading\n\nsome text here\n\n## Part of It\n\nmore text');
  });
});
