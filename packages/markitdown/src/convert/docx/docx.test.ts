import { describe, expect, it } from 'vitest';
import { docx, li, numbering, p, styles } from '../../../test/make/docx.ts';
import { convert, type ConvertOptions } from '../index.ts';

const markdown = async (bytes: Uint8Array, options?: ConvertOptions) => (await convert(bytes, options)).markdown.trim();

describe('Word documents', () => {
  it('prints headings by their style, one level deeper below a title', async () => {
    expect(await markdown(docx(p('One', 'Heading1') + p('Two', 'Heading2'), { styles }))).toBe('# One\n\n## Two');
    expect(await markdown(docx(p('Top', 'Title') + p('One', 'Heading1'), { styles }))).toBe('# Top\n\n## One');
  });

  it('keeps headings deeper than six as headings', async () => {
    expect(await markdown(docx(p('Deep', 'Heading7'), { styles }))).toBe('###### Deep');
  });

  it('prints marks around words and keeps the blanks outside', async () => {
    const body = `<w:p><w:r><w:t xml:space="preserve">a </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">bold </w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t>slanted</w:t></w:r><w:r><w:rPr><w:b w:val="0"/></w:rPr><w:t xml:space="preserve"> plain</w:t></w:r></w:p>`;
    expect(await markdown(docx(body))).toBe('a **bold** *slanted* plain');
  });

  it('joins runs that only look split', async () => {
    const run = (text: string) => `<w:r><w:rPr><w:b/></w:rPr><w:t>${text}</w:t></w:r>`;
    expect(await markdown(docx(`<w:p>${run('one')}${run('two')}</w:p>`))).toBe('**onetwo**');
  });

  it('nests lists by level and counts numbers on', async () => {
    const body = li('a') + li('b', 1) + li('c') + p('between') + li('first', 0, 2) + li('second', 0, 2) + p('gap') + li('third', 0, 2);
    expect(await markdown(docx(body, { numbering }))).toBe('- a\n  - b\n- c\n\nbetween\n\n1. first\n2. second\n\ngap\n\n3. third');
  });

  it('prints the number of a numbered heading', async () => {
    const heading = (text: string) =>
      `<w:p><w:pPr><w:pStyle w:val="Heading1"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr></w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;
    expect(await markdown(docx(heading('Scope') + heading('Terms'), { numbering, styles }))).toBe('# 1 Scope\n\n# 2 Terms');
  });

  it('repeats the text of merged cells, or prints HTML when asked', async () => {
    const cell = (text: string, properties = '') => `<w:tc><w:tcPr>${properties}</w:tcPr>${p(text)}</w:tc>`;
    const table = `<w:tbl><w:tr>${cell('wide', '<w:gridSpan w:val="2"/>')}</w:tr><w:tr>${cell('tall', '<w:vMerge w:val="restart"/>')}${cell('x')}</w:tr><w:tr>${cell('', '<w:vMerge/>')}${cell('y | z')}</w:tr></w:tbl>`;
    expect(await markdown(docx(table))).toBe('| wide | wide |\n| --- | --- |\n| tall | x |\n| tall | y \\| z |');
    expect(await markdown(docx(table), { tables: 'auto' })).toBe(
      '<table>\n<tr><th colspan="2">wide</th></tr>\n<tr><td rowspan="2">tall</td><td>x</td></tr>\n<tr><td>y | z</td></tr>\n</table>',
    );
  });

  it('links by relationship and by field, and never follows scripts of fields', async () => {
    const relations = { r1: ['hyperlink', 'https://example.com/a', true] as [string, string, boolean] };
    const field =
      '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://example.com/b" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>b</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>';
    const body = `<w:p><w:hyperlink r:id="r1"><w:r><w:t>a</w:t></w:r></w:hyperlink><w:r><w:t xml:space="preserve"> and </w:t></w:r>${field}</w:p>`;
    expect(await markdown(docx(body, { relations }))).toBe('[a](https://example.com/a) and [b](https://example.com/b)');
  });

  it('prints equations as LaTeX, within text and alone', async () => {
    const fraction = '<m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>π</m:t></m:r></m:den></m:f></m:oMath>';
    expect(
      await markdown(
        docx(`<w:p><w:r><w:t xml:space="preserve">so </w:t></w:r>${fraction}</w:p><w:p><m:oMathPara>${fraction}</m:oMathPara></w:p>`),
      ),
    ).toBe('so $\\frac{a}{\\pi }$\n\n$$\\frac{a}{\\pi }$$');
  });

  it('prints notes and comments where they belong', async () => {
    const body = '<w:p><w:r><w:t>text</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="0"/></w:r></w:p>';
    const parts = {
      footnotes: `<w:footnote w:id="2">${p('the note')}</w:footnote>`,
      comments: `<w:comment w:id="0" w:author="Ann">${p('why?')}</w:comment>`,
    };
    expect(await markdown(docx(body, parts))).toBe('text[^1][^2]\n\n[^1]: the note\n\n[^2]: Comment by Ann: why?');
    expect(await markdown(docx(body, parts), { comments: false })).toBe('text[^1]\n\n[^1]: the note');
  });

  it('accepts, rejects or marks tracked changes', async () => {
    const body =
      '<w:p><w:r><w:t>a</w:t></w:r><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>';
    expect(await markdown(docx(body))).toBe('anew');
    expect(await markdown(docx(body), { trackChanges: 'reject' })).toBe('aold');
    expect(await markdown(docx(body), { trackChanges: 'mark' })).toBe('anew~~old~~');
  });

  it('reads text boxes once, after their paragraph', async () => {
    const box = (name: string) => `<w:txbxContent>${p(name)}</w:txbxContent>`;
    const body = `<w:p><w:r><w:t>before</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>${box('boxed')}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict>${box('boxed')}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>`;
    expect(await markdown(docx(body))).toBe('before\n\nboxed');
  });

  it('makes tasks of check boxes', async () => {
    const box = (on: number, text: string) =>
      `<w:p><w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="${on}"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t xml:space="preserve"> ${text}</w:t></w:r></w:p>`;
    expect(await markdown(docx(box(1, 'done') + box(0, 'open')))).toBe('- [x] done\n- [ ] open');
  });

  it('prints code and quotes as such', async () => {
    expect(await markdown(docx(p('let x;', 'SourceCode') + p('x = 1;', 'SourceCode') + p('wise', 'Quote'), { styles }))).toBe(
      '```\nlet x;\nx = 1;\n```\n\n> wise',
    );
  });

  it('names pictures, saves them, or prints their data', async () => {
    const relations = { r1: ['image', 'media/dot.png'] as [string, string] };
    const files = { 'word/media/dot.png': new Uint8Array([137, 80, 78, 71]) };
    const body =
      '<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="a dot"/><a:blip r:embed="r1"/></wp:inline></w:drawing></w:r></w:p>';
    const bytes = docx(body, { relations, files });
    expect(await markdown(bytes)).toBe('![a dot](dot.png)');
    expect(await markdown(bytes, { images: 'alt' })).toBe('a dot');
    expect(await markdown(bytes, { images: 'data' })).toBe('![a dot](data:image/png;base64,iVBORw==)');
    const saved = await convert(bytes, { images: 'save', imageFolder: 'pictures/' });
    expect(saved.images).toHaveLength(1);
    expect(saved.markdown).toBe(`![a dot](pictures/${saved.images[0]?.name})\n`);
  });

  it('never reads a linked picture', async () => {
    const relations = { r1: ['image', 'file:///etc/passwd', true] as [string, string, boolean] };
    const bytes = docx('<w:p><w:r><w:drawing><wp:inline><a:blip r:link="r1"/></wp:inline></w:drawing></w:r></w:p>', { relations });
    expect(await markdown(bytes, { images: 'data' })).toBe('![](passwd)');
  });

  it('says what is wrong with a broken file', async () => {
    const whole = docx(p('text'));
    await expect(convert(whole.slice(0, whole.length - 200))).rejects.toMatchObject({ name: 'ConvertError', code: 'malformed' });
  });
});
