import { describe, expect, it } from 'vitest';
import { line, pptx, shape } from '../../../test/make/pptx.ts';
import { convert, type ConvertOptions } from '../index.ts';

const markdown = async (bytes: Uint8Array, options?: ConvertOptions) =>
  (await convert(bytes, { pageMarkers: false, ...options })).markdown.trim();
const bullet = (level = 0) => `<a:pPr lvl="${level}"><a:buChar char="•"/></a:pPr>`;

describe('slides', () => {
  it('prints titles as headings, bullets by level, and marks the slides', async () => {
    const bytes = pptx([
      {
        shapes:
          shape(line('one', bullet()) + line('two', bullet(1)) + line('three', bullet()), { y: 900_000 }) +
          shape(line('The title'), { type: 'title', y: 9_000_000 }),
      },
    ]);
    expect(await markdown(bytes)).toBe('# The title\n\n- one\n  - two\n- three');
    expect(await markdown(bytes, { pageMarkers: true })).toMatch(/^<!-- Slide number: 1 -->\n\n# The title/);
  });

  it('reads shapes from top to bottom and left to right, and into groups', async () => {
    const group = `<p:grpSp><p:nvGrpSpPr><p:cNvPr id="9" name="g"/></p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off x="0" y="5000000"/></a:xfrm></p:grpSpPr>${shape(line('in group'), { y: 1 })}</p:grpSp>`;
    const bytes = pptx([
      {
        shapes:
          group +
          shape(line('right'), { x: 900_000, y: 10_000 }) +
          shape(line('left'), { x: 100, y: 30_000 }) +
          shape(line('below'), { y: 3_000_000 }),
      },
    ]);
    expect(await markdown(bytes)).toBe('left\n\nright\n\nbelow\n\nin group');
  });

  it('numbers numbered lists', async () => {
    const number = '<a:pPr><a:buAutoNum type="arabicPeriod" startAt="3"/></a:pPr>';
    expect(await markdown(pptx([{ shapes: shape(line('c', number) + line('d', number)) }]))).toBe('3. c\n4. d');
  });

  it('keeps links, marks and breaks', async () => {
    const link = line('site', '', '<a:hlinkClick r:id="l"/>');
    const bytes = pptx([
      { shapes: shape(link + line('bold', '', 'b="1" i="0"')), relations: [['l', 'hyperlink', 'https://example.com', true]] },
    ]);
    expect(await markdown(bytes)).toBe('[site](https://example.com)\n\n**bold**');
  });

  it('prints tables with merged cells', async () => {
    const cell = (text: string, attributes = '') => `<a:tc ${attributes}><a:txBody>${line(text)}</a:txBody></a:tc>`;
    const table = `<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="2" name="t"/></p:nvGraphicFramePr><a:graphic><a:graphicData><a:tbl><a:tr>${cell('wide', 'gridSpan="2"')}${cell('', 'hMerge="1"')}</a:tr><a:tr>${cell('a')}${cell('b')}</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;
    expect(await markdown(pptx([{ shapes: table }]))).toBe('| wide | wide |\n| --- | --- |\n| a | b |');
  });

  it('prints the data of charts', async () => {
    const points = (values: string[]) => values.map((value, at) => `<c:pt idx="${at}"><c:v>${value}</c:v></c:pt>`).join('');
    const chart = `<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><a:t>Sales</a:t></c:title><c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:strCache>${points(['2024'])}</c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache>${points(['East', 'West'])}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache>${points(['1', '2'])}</c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>`;
    const frame =
      '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="2" name="c"/></p:nvGraphicFramePr><a:graphic><a:graphicData><c:chart r:id="ch"/></a:graphicData></a:graphic></p:graphicFrame>';
    expect(await markdown(pptx([{ shapes: frame, relations: [['ch', 'chart', '../charts/c.xml']] }], { 'ppt/charts/c.xml': chart }))).toBe(
      '### Chart: Sales\n\n| Category | 2024 |\n| --- | --- |\n| East | 1 |\n| West | 2 |',
    );
  });

  it('adds notes, and leaves hidden slides out unless asked', async () => {
    const bytes = pptx([
      { shapes: shape(line('shown')), notes: 'say this' },
      { shapes: shape(line('secret')), hidden: true },
    ]);
    expect(await markdown(bytes)).toBe('shown\n\n### Notes:\n\nsay this');
    expect(await markdown(bytes, { notes: false, hidden: true })).toBe('shown\n\nsecret');
    expect((await convert(bytes)).warnings).toEqual(['1 hidden slide was left out.']);
  });

  it('converts some slides only', async () => {
    const bytes = pptx(['a', 'b', 'c'].map((text) => ({ shapes: shape(line(text)) })));
    expect(await markdown(bytes, { pages: '2-3' })).toBe('b\n\nc');
    await expect(convert(bytes, { pages: '9' })).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('only 3') });
    await expect(convert(bytes, { pages: 'x' })).rejects.toMatchObject({ code: 'invalid' });
  });
});
