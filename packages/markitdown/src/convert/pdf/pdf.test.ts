import { describe, expect, it } from 'vitest';
import { at, pdf, rule } from '../../../test/make/pdf.ts';
import { convert, type ConvertOptions } from '../index.ts';

const markdown = async (bytes: Uint8Array, options?: ConvertOptions) => (await convert(bytes, options)).markdown.trim();
const lines = (x: number, y: number, texts: string[], pitch = 12) => texts.map((text, index) => at(x, y - index * pitch, text)).join('');
const prose = [
  'The quick brown fox jumps over the lazy dog and runs on',
  'through the wide green field until it reaches the river',
  'where it drinks some water and rests for a long while',
  'before it goes home to its den in the dark old forest',
  'and sleeps until the next morning comes with new light',
];

describe('PDF', () => {
  it('joins lines to paragraphs and tells headings by their size', async () => {
    const page =
      at(50, 750, 'A Big Title', 'F1', 20) +
      lines(50, 700, prose.slice(0, 3)) +
      lines(50, 640, ['Another paragraph follows here with its own words and so', 'it must stand alone.']);
    expect(await markdown(pdf([page]))).toBe(
      `# A Big Title\n\n${prose.slice(0, 3).join(' ')}\n\nAnother paragraph follows here with its own words and so it must stand alone.`,
    );
  });

  it.each([
    ['90ms-RKSJ-H', 'Japan1', '93FA967B8CEA', '日本語'],
    ['UniJIS-UTF16-H', 'Japan1', '65E5672C8A9E', '日本語'],
    ['GBK-EUC-H', 'GB1', 'D6D0CEC4', '中文'],
    ['ETen-B5-H', 'CNS1', 'A4A4A4E5', '中文'],
    ['KSCms-UHC-H', 'Korea1', 'C7D1B1B9BEEE', '한국어'],
  ])('reads East Asian fonts that name the character map %s', async (encoding, ordering, codes, text) => {
    const page = `BT /F4 12 Tf 50 700 Td <${codes}> Tj ET\n`;
    expect(await markdown(pdf([page], [], { encoding, ordering }))).toBe(text);
  });

  it('undoes hyphens at line ends', async () => {
    expect(await markdown(pdf([lines(50, 700, ['These words are hyphen-', 'ated at the end.'])]))).toBe(
      'These words are hyphenated at the end.',
    );
  });

  it('reads columns one after the other', async () => {
    const left = prose.map((text) => text.slice(0, 40));
    const right = prose.map((text) => text.slice(5, 45).trim());
    const text = await markdown(pdf([lines(50, 700, left) + lines(330, 700, right)]));
    expect(text.indexOf(left[4] ?? '?')).toBeLessThan(text.indexOf(right[0] ?? '?'));
    expect(text).not.toContain('|');
  });

  it('reads tables with lines, and their merged cells', async () => {
    const walls =
      [50, 150, 250].map((x) => (x === 150 ? rule(x, 640, x, 680) : rule(x, 640, x, 700))).join('') +
      [640, 660, 680, 700].map((y) => rule(50, y, 250, y)).join('');
    const words = at(60, 686, 'Wide head') + at(60, 666, 'a') + at(160, 666, 'b') + at(60, 646, 'c') + at(160, 646, 'd');
    expect(await markdown(pdf([walls + words]))).toBe('| Wide head | Wide head |\n| --- | --- |\n| a | b |\n| c | d |');
  });

  it('reads tables without lines', async () => {
    const rows = [
      ['Name', 'Count', 'Price'],
      ['Apple', '3', '1.20'],
      ['Pear', '12', '0.80'],
      ['Plum', '7', '2.00'],
    ];
    const page = rows.map((row, y) => row.map((text, x) => at(60 + x * 150, 700 - y * 14, text)).join('')).join('');
    expect(await markdown(pdf([page]))).toBe(
      '| Name | Count | Price |\n| --- | --- | --- |\n| Apple | 3 | 1.20 |\n| Pear | 12 | 0.80 |\n| Plum | 7 | 2.00 |',
    );
  });

  it('reads lists, links, code', async () => {
    const link = '<</Type/Annot/Subtype/Link/Rect[50 570 150 590]/A<</S/URI/URI(https://example.com/)>>>>';
    const page =
      lines(50, 700, ['\\225 first thing', '\\225 second thing']) +
      at(50, 640, 'x = 1', 'F3') +
      at(62, 628, 'y = 2', 'F3') +
      at(50, 575, 'the site');
    expect(await markdown(pdf([page], [link]))).toBe(
      '- first thing\n- second thing\n\n```\nx = 1\n  y = 2\n```\n\n[the site](https://example.com/)',
    );
  });

  it('leaves out headers, footers and page numbers', async () => {
    const page = (number: number) =>
      at(50, 780, 'The Annual Report') +
      at(300, 20, String(number)) +
      lines(
        50,
        700,
        prose.slice(0, 2).map((text) => `${text} ${number}${number}`),
      );
    const text = await markdown(pdf([page(1), page(2), page(3), page(4)]));
    expect(text).not.toContain('Annual Report');
    expect(text.split('\n\n')).toHaveLength(4);
  });

  it('converts some pages, and marks them when asked', async () => {
    const bytes = pdf(['a', 'b', 'c'].map((text) => at(50, 700, `page ${text}`)));
    expect(await markdown(bytes, { pages: '2' })).toBe('page b');
    expect(await markdown(bytes, { pages: '2-', pageMarkers: true })).toBe('<!-- page 2 -->\n\npage b\n\n<!-- page 3 -->\n\npage c');
  });

  it('says which pages have no text, and what is broken', async () => {
    expect((await convert(pdf(['', at(50, 700, 'text')]))).warnings).toEqual([
      'No text on page 1: scanned or drawn. OCR reads it when an engine is installed.',
    ]);
    await expect(convert(Buffer.from('%PDF-1.4\nnothing'))).rejects.toMatchObject({ code: 'malformed' });
  });
});
