import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { docx, p } from '../../test/make/docx.ts';
import { zip } from '../../test/make/zip.ts';
import { convert, convertHtml, type ConvertOptions } from './index.ts';

const markdown = async (source: Uint8Array | string, options?: ConvertOptions) => (await convert(source, options)).markdown.trim();
const named = (filename: string): ConvertOptions => ({ hints: { filename } });

describe('text', () => {
  it('reads CSV with any delimiter, and escapes pipes and line breaks', async () => {
    expect(await markdown('a,b\n"x | y","two\nlines"\n', named('t.csv'))).toBe('| a | b |\n| --- | --- |\n| x \\| y | two<br>lines |');
    expect(await markdown('a;b\n1;2\n', named('t.csv'))).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
    expect(await markdown('a\tb\n1\t2\n', named('t.tsv'))).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
  });

  it('reads any charset', async () => {
    const japanese = Buffer.from('96bc914f2c944e97ee0a8db297a289d7918e2c33300a', 'hex');
    expect(await markdown(japanese, named('cp932.csv'))).toContain('名前');
    expect(await markdown(Buffer.from('\ufeffa,b\n', 'utf16le'), named('u.csv'))).toBe('| a | b |\n| --- | --- |');
    expect(await markdown(Buffer.from('Gr\u00fc\u00dfe aus K\u00f6ln', 'latin1'), named('g.txt'))).toBe('Grüße aus Köln');
    expect(await markdown(Buffer.from('<meta charset="windows-1251"><p>\xcf\xf0\xe8\xe2\xe5\xf2</p>', 'latin1'), named('r.html'))).toBe(
      'Привет',
    );
  });

  it('keeps Markdown, JSON and XML as they are', async () => {
    expect(await markdown('# A\r\n\r\ntext *as it is*\n', named('a.md'))).toBe('# A\n\ntext *as it is*');
    expect(await markdown('{"a": [1]}')).toBe('{"a": [1]}');
    expect((await convert('{"a": [1]}')).kind).toBe('json');
    expect(await markdown('<?xml version="1.0"?><a>x</a>')).toBe('<?xml version="1.0"?><a>x</a>');
  });
});

describe('sections', () => {
  const text = '# Top\n\nintro\n\n## A\n\na\n\n### Deep\n\nd\n\n## B\n\nb\n\n# Other\n\n## A\n\nsecond a\n';

  it('returns the part under a heading, found by its title or by the way to it', async () => {
    expect(await markdown(text, { section: 'a' })).toBe('## A\n\na\n\n### Deep\n\nd');
    expect(await markdown(text, { section: 'Other > A' })).toBe('## A\n\nsecond a');
    expect((await convert(text, { section: 'Top > Deep' })).outline).toEqual([{ level: 3, title: 'Deep', offset: 0 }]);
  });

  it('names the headings when there is no such one', async () => {
    await expect(convert(text, { section: 'C' })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('"Top", "A"'),
    });
  });
});

describe('formulas and tasks of web pages', () => {
  it('takes formulas from MathML, from scripts and from marked spans', async () => {
    const mathml =
      '<p>so <math><mfrac><mi>a</mi><msup><mi>b</mi><mn>2</mn></msup></mfrac><mo>=</mo><msqrt><mi>\u03c0</mi></msqrt></math></p>';
    expect(await markdown(mathml)).toBe('so $\\frac{a}{b^{2}}=\\sqrt{\\pi}$');
    expect(await markdown('<p>x <script type="math/tex">a_1</script></p>')).toBe('x $a_1$');
    expect(await markdown('<p>y</p><span class="math display">\\[a_1*b\\]</span>')).toBe('y\n\n$$a_1*b$$');
    expect(await markdown('<p>left $$a_1 * b_2$$ as it is</p>')).toBe('left $$a_1 * b_2$$ as it is');
  });

  it('reads check boxes', async () => {
    expect(await markdown('<ul><li><input type="checkbox"> open</li><li><input type="checkbox" checked>done</li></ul>')).toBe(
      '- [ ] open\n- [x] done',
    );
  });
});

describe('web pages', () => {
  it('prints headings, lists, code, quotes, images and tables', async () => {
    const page =
      '<title>T</title><h1>Head</h1><ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><ol start="3"><li>x</li><li>y</li></ol><pre><code class="language-js">let a = `x`;\n</code></pre><blockquote>q</blockquote><img src="i.png" alt="pic"><table><tr><th>h</th><th>i</th></tr><tr><td rowspan=2>1</td><td>2|3</td></tr><tr><td>4<br>5</td></tr></table>';
    expect(await markdown(page)).toBe(
      '# Head\n\n- a\n  - b\n- c\n\n3. x\n4. y\n\n```js\nlet a = `x`;\n```\n\n> q\n\n![pic](i.png)\n\n| h | i |\n| --- | --- |\n| 1 | 2\\|3 |\n| 1 | 4<br>5 |',
    );
  });

  it('leaves scripts out and keeps dangerous links as text', async () => {
    expect(await markdown('<p>a<script>alert(1)</script><style>x{}</style> <a href="javascript:alert(1)">b</a></p>', named('x.html'))).toBe(
      'a b',
    );
  });

  it('cuts data: pictures unless they are asked for', async () => {
    const page = '<p><img alt="x" src="data:image/png;base64,AAAA"></p>';
    expect(await markdown(page)).toBe('![x](data:image/png;base64...)');
    expect(await markdown(page, { images: 'data' })).toBe('![x](data:image/png;base64,AAAA)');
  });

  it('makes links absolute or text on demand', async () => {
    const page = '<p><a href="/a" title="T">x</a></p>';
    expect(await markdown(page)).toBe('[x](/a "T")');
    expect(await markdown(page, { baseUrl: 'https://example.com/b' })).toBe('[x](https://example.com/a "T")');
    expect(await markdown(page, { links: 'text' })).toBe('x');
  });

  it('finds the article of a page', async () => {
    const story = Array.from(
      { length: 12 },
      (_, at) => `<p>Sentence number ${at} of a story that is long enough, with commas, and with more words to count as content.</p>`,
    ).join('');
    const page = `<html><head><title>Story</title></head><body><nav><a href="/">Home</a><a href="/x">Other</a></nav><article><h1>Story</h1>${story}</article><footer>Imprint</footer></body></html>`;
    const { markdown: text } = await convertHtml(page, { mainContent: true });
    expect(text).toContain('Sentence number 11');
    expect(text).not.toMatch(/Imprint|Home/);
    expect((await convertHtml(page)).markdown).toMatch(/Home[\s\S]*Imprint/);
  });

  it('prints the source of formulas', async () => {
    expect(
      await markdown('<p>so <math><semantics><mi>x</mi><annotation encoding="application/x-tex">x^2</annotation></semantics></math></p>'),
    ).toBe('so $x^2$');
  });

  it('survives deep nesting', async () => {
    expect(await markdown(`<html><body>${'<div>'.repeat(20_000)}deep${'</div>'.repeat(20_000)}</body></html>`)).toBe('deep');
  });

  it('prints a table of thousands of rows in linear time', async () => {
    const rows = (count: number) => `<table>${'<tr><td>a</td><td>b</td></tr>'.repeat(count)}</table>`;
    const time = async (count: number) => {
      const start = process.cpuUsage();
      await convert(rows(count));
      const { user } = process.cpuUsage(start);
      return user;
    };
    await time(500);
    const small = await time(2000);
    const large = await time(8000);
    expect(large / small).toBeLessThan(10);
  });
});

describe('feeds, notebooks, books', () => {
  it('reads RSS and Atom', async () => {
    const rss =
      '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><title>One</title><link>https://example.com/1</link><pubDate>Mon</pubDate><description>&lt;b&gt;bold&lt;/b&gt; words</description></item></channel></rss>';
    expect(await markdown(rss)).toBe('# News\n\n## [One](https://example.com/1)\n\nPublished on: Mon\n\n**bold** words');
    const atom =
      '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><title>E</title><updated>now</updated><summary>s</summary></entry></feed>';
    expect(await markdown(atom)).toBe('# A\n\n## E\n\nPublished on: now\n\ns');
  });

  it('reads notebooks with their outputs', async () => {
    const notebook = {
      nbformat: 4,
      metadata: { language_info: { name: 'python' } },
      cells: [
        { cell_type: 'markdown', source: ['# T\n', 'text'] },
        {
          cell_type: 'code',
          source: 'print(1)',
          outputs: [
            { output_type: 'stream', text: ['1\n'] },
            { output_type: 'execute_result', data: { 'text/html': '<table><tr><th>a</th><th>b</th></tr></table>', 'text/plain': 'a b' } },
          ],
        },
      ],
    };
    expect(await markdown(JSON.stringify(notebook))).toBe(
      '# T\ntext\n\n```python\nprint(1)\n```\n\n```\n1\n```\n\n| a | b |\n| --- | --- |',
    );
  });

  it('reads books in the order of their spine', async () => {
    const bytes = zip({
      mimetype: 'application/epub+zip',
      'META-INF/container.xml': '<container><rootfiles><rootfile full-path="OEBPS/p.opf"/></rootfiles></container>',
      'OEBPS/p.opf':
        '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Book</dc:title><dc:creator>Ann</dc:creator></metadata><manifest><item id="b" href="b.xhtml"/><item id="a" href="a.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
      'OEBPS/a.xhtml': '<html><body><h1>First</h1></body></html>',
      'OEBPS/b.xhtml': '<html><body><h1>Second</h1></body></html>',
    });
    expect(await markdown(bytes)).toBe('**Title:** Book\n\n**Authors:** Ann\n\n# First\n\n# Second');
    expect(await markdown(bytes, { pages: '2' })).not.toContain('First');
  });
});

describe('RTF', () => {
  const rtf = (body: string) =>
    `{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}{\\f1\\fcharset204 Arial;}}{\\stylesheet{\\s1 heading 1;}{\\s2 Quote;}}{\\*\\listtable{\\list{\\listlevel\\levelnfc23{\\leveltext x;}}{\\listlevel\\levelnfc0\\levelstartat1}\\listid7}}{\\*\\listoverridetable{\\listoverride\\listid7\\ls1}}${body}}`;

  it('reads headings, marks, characters', async () => {
    expect(await markdown(rtf("\\pard\\s1 Head\\par\\pard a {\\b bold} {\\i it} caf\\'e9 \\u8364?\\par {\\f1 \\'cf}\\par"))).toBe(
      '# Head\n\na **bold** *it* café €\n\nП',
    );
  });

  it('reads lists, quotes, links and notes', async () => {
    const body =
      '\\pard\\ls1\\ilvl0 {\\listtext *\\tab}one\\par\\pard\\ls1\\ilvl1 sub\\par\\pard\\s2 wise\\par\\pard see {\\field{\\*\\fldinst HYPERLINK "https://example.com"}{\\fldrslt site}}{\\footnote note}\\par';
    expect(await markdown(rtf(body))).toBe('- one\n  1. sub\n\n> wise\n\nsee [site](https://example.com)[^1]\n\n[^1]: note');
  });

  it('reads tables', async () => {
    const row = (a: string, b: string, merge = '') =>
      `\\trowd${merge ? '\\clmgf' : ''}\\cellx100${merge ? '\\clmrg' : ''}\\cellx200\\pard\\intbl ${a}\\cell ${b}\\cell\\row`;
    expect(await markdown(rtf(`${row('wide', '', 'm')}${row('a', 'b')}\\pard after\\par`))).toBe(
      '| wide | wide |\n| --- | --- |\n| a | b |\n\nafter',
    );
  });
});

describe('mail', () => {
  it('reads headers, text and attachments', async () => {
    const mail =
      'From: Ann <ann@example.com>\r\nTo: bob@example.com\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\nDate: Wed, 25 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>Bob</b></p>\r\n--b\r\nContent-Type: text/csv; name=t.csv\r\nContent-Disposition: attachment; filename=t.csv\r\n\r\nx,y\r\n1,2\r\n--b--\r\n';
    const { markdown: text, title } = await convert(mail);
    expect(title).toBe('Café');
    expect(text.trim()).toBe(
      '# Email Message\n\n**From:** Ann <ann@example.com>\n\n**To:** bob@example.com\n\n**Date:** 2026-11-25T09:00:00.000Z\n\n**Subject:** Café\n\n## Content\n\nHello **Bob**\n\n## Attachment: t.csv\n\n| x | y |\n| --- | --- |\n| 1 | 2 |'.replace(
        'Ann <',
        'Ann \\<',
      ),
    );
  });
});

describe('archives', () => {
  const tar = (name: string, content: string) => {
    const bytes = Buffer.alloc(512 + Math.ceil(content.length / 512) * 512 + 1024);
    bytes.write(name, 0);
    bytes.write(content.length.toString(8).padStart(11, '0'), 124);
    bytes.write('0', 156);
    bytes.write('ustar', 257);
    bytes.write(content, 512);
    return bytes;
  };

  it('converts the members of ZIP, TAR and gzip files', async () => {
    const bytes = zip({ 'a.csv': 'x,y\n', 'docs/b.docx': docx(p('inside')), '__MACOSX/._a': 'junk', 'c.bin': new Uint8Array([0, 1, 2]) });
    const { markdown: text, warnings } = await convert(bytes, named('all.zip'));
    expect(text.trim()).toBe(
      'Content from the zip file \\`all.zip\\`:\n\n## File: a.csv\n\n| x | y |\n| --- | --- |\n\n## File: docs/b.docx\n\ninside'.replaceAll(
        '\\`',
        '`',
      ),
    );
    expect(warnings).toEqual([expect.stringContaining('c.bin')]);
    expect(await markdown(tar('t.md', '# In tar\n'))).toContain('# In tar');
    expect(await markdown(gzipSync(tar('t.md', '# In tgz\n')), named('x.tgz'))).toContain('# In tgz');
    expect(await markdown(gzipSync('a,b\n'), named('x.csv.gz'))).toContain('| a | b |');
  });

  it('stops at the limit of nesting and of unpacked bytes', async () => {
    let nested = zip({ 'x.txt': 'deep' });
    for (let at = 0; at < 6; at++) nested = zip({ 'inner.zip': nested });
    expect((await convert(nested)).warnings.join()).toContain('limit depth');
    const bomb = zip({ 'zero.txt': new Uint8Array(30 * 1024 * 1024) });
    expect(bomb.length).toBeLessThan(100_000);
    await expect(convert(bomb, { limits: { inflatedBytes: 1024 * 1024 } })).rejects.toMatchObject({
      code: 'limit',
      message: expect.stringContaining('inflatedBytes'),
    });
    await expect(convert(gzipSync(Buffer.alloc(30 * 1024 * 1024)), { limits: { inflatedBytes: 1024 * 1024 } })).rejects.toMatchObject({
      code: 'limit',
    });
  });
});

describe('pictures', () => {
  it('says the size of a picture', async () => {
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
    expect(await markdown(png, named('dot.png'))).toBe('![](dot.png)\n\nImageSize: 1x1');
  });
});
