import { describe, expect, it } from 'vitest';
import { odf } from '../../../test/make/odf.ts';
import { convert, type ConvertOptions } from '../index.ts';

const markdown = async (bytes: Uint8Array, options?: ConvertOptions) => (await convert(bytes, options)).markdown.trim();

describe('OpenDocument text', () => {
  it('reads headings, marks, links, breaks and spaces', async () => {
    const styles = '<style:style style:family="text" style:name="B"><style:text-properties fo:font-weight="bold"/></style:style>';
    const body =
      '<text:h text:outline-level="2">Part</text:h><text:p>a <text:span text:style-name="B">bold</text:span><text:s text:c="2"/>and <text:a xlink:href="https://example.com">link</text:a><text:line-break/>next</text:p>';
    expect(await markdown(odf('text', body, styles))).toBe('## Part\n\na **bold**  and [link](https://example.com)\\\nnext');
  });

  it('reads nested lists, with numbers when their style counts', async () => {
    const styles =
      '<text:list-style style:name="N"><text:list-level-style-number text:level="1" style:num-format="1" text:start-value="4"/><text:list-level-style-bullet text:level="2"/></text:list-style>';
    const body =
      '<text:list text:style-name="N"><text:list-item><text:p>four</text:p><text:list><text:list-item><text:p>inner</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>five</text:p></text:list-item></text:list>';
    expect(await markdown(odf('text', body, styles))).toBe('4. four\n   - inner\n5. five');
  });

  it('reads tables, notes and comments', async () => {
    const body =
      '<text:p>x<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>the note</text:p></text:note-body></text:note><office:annotation><dc:creator>Ann</dc:creator><text:p>hm</text:p></office:annotation></text:p>' +
      '<table:table><table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>wide</text:p></table:table-cell><table:covered-table-cell/></table:table-row><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>';
    expect(await markdown(odf('text', body))).toBe(
      'x[^1][^2]\n\n| wide | wide |\n| --- | --- |\n| a | b |\n\n[^1]: the note\n\n[^2]: Comment by Ann: hm',
    );
    expect(await markdown(odf('text', body), { comments: false })).not.toContain('Ann');
  });

  it('names pictures of the document, and never reads others', async () => {
    const frame = (href: string) => `<text:p><draw:frame><draw:image xlink:href="${href}"/><svg:desc>dot</svg:desc></draw:frame></text:p>`;
    const bytes = odf('text', frame('Pictures/dot.png') + frame('file:///etc/passwd') + frame('https://example.com/x.png'), '', {
      'Pictures/dot.png': new Uint8Array([1, 2]),
    });
    expect(await markdown(bytes)).toBe('![dot](dot.png)\n\n![dot](https://example.com/x.png)');
    expect(await markdown(bytes, { images: 'data' })).toContain('data:image/png;base64,AQI=');
  });
});

describe('OpenDocument sheets and slides', () => {
  const cell = (text: string, attributes = '') =>
    `<table:table-cell ${attributes}>${text && `<text:p>${text}</text:p>`}</table:table-cell>`;

  it('prints every sheet, blank rows part tables, repeats are unrolled', async () => {
    const rows = `<table:table-row>${cell('h')}${cell('i')}</table:table-row><table:table-row table:number-rows-repeated="2">${cell('1', 'table:number-columns-repeated="2"')}</table:table-row><table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16000"/></table:table-row><table:table-row>${cell('note')}</table:table-row>`;
    expect(await markdown(odf('spreadsheet', `<table:table table:name="S">${rows}</table:table>`))).toBe(
      '## S\n\n| h | i |\n| --- | --- |\n| 1 | 1 |\n| 1 | 1 |\n\nnote',
    );
  });

  it('reads slides from top to bottom, with their notes', async () => {
    const frame = (text: string, attributes: string) =>
      `<draw:frame ${attributes}><draw:text-box><text:p>${text}</text:p></draw:text-box></draw:frame>`;
    const slide = `<draw:page>${frame('low', 'svg:y="10cm"')}${frame('high', 'svg:y="2cm"')}${frame('Top', 'presentation:class="title" svg:y="12cm"')}<presentation:notes>${frame('say', 'presentation:class="notes"')}</presentation:notes></draw:page>`;
    expect(await markdown(odf('presentation', slide), { pageMarkers: false })).toBe('# Top\n\nhigh\n\nlow\n\n### Notes:\n\nsay');
  });
});
