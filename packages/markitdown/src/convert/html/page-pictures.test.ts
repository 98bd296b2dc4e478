import { describe, expect, it } from 'vitest';
import { zip } from '../../../test/make/zip.ts';
import { convert } from '../index.ts';

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const uri = `data:image/png;base64,${png.toString('base64')}`;

const book = (source: string) =>
  zip({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
    'OEBPS/book.opf': '<package><manifest><item id="c" href="text/c.xhtml"/></manifest><spine><itemref idref="c"/></spine></package>',
    'OEBPS/text/c.xhtml': `<html><body><p><img alt="dot" src="${source}"/></p></body></html>`,
    'OEBPS/pictures/a dot.png': png,
  });

const mail = (disposition: string) =>
  [
    'From: ada@example.com',
    'Subject: Picture',
    'MIME-Version: 1.0',
    'Content-Type: multipart/related; boundary=x',
    '',
    '--x',
    'Content-Type: text/html',
    '',
    '<p>See <img alt="dot" src="cid:dot@here"></p>',
    '--x',
    'Content-Type: image/png; name=dot.png',
    `Content-Disposition: ${disposition}; filename=dot.png`,
    'Content-ID: <dot@here>',
    'Content-Transfer-Encoding: base64',
    '',
    png.toString('base64'),
    '--x--',
    '',
  ].join('\r\n');

describe('pictures that come with a page', () => {
  it.each([
    ['in its own text', `<p><img alt="dot" src="${uri}"></p>`, 'html'],
    ['in the book around it', book('../pictures/a%20dot.png'), 'epub'],
    ['in the mail around it', mail('inline'), 'eml'],
  ])('%s are saved, or put into the Markdown', async (_, source, extension) => {
    const hints = { extension };
    const saved = await convert(source, { hints, images: 'save', imageFolder: 'pictures' });
    expect(saved.images).toMatchObject([{ name: expect.stringMatching(/^\w+\.png$/), mimetype: 'image/png' }]);
    expect(Buffer.from(saved.images[0]?.bytes ?? [])).toEqual(png);
    expect(saved.markdown).toContain(`![dot](pictures/${saved.images[0]?.name})`);
    expect((await convert(source, { hints, images: 'data' })).markdown).toContain(`![dot](${uri})`);
    expect((await convert(source, { hints })).images).toEqual([]);
    expect((await convert(source, { hints, images: 'alt' })).markdown).toMatch(/dot\n$/);
  });

  it('are left as they are when there is none, or it is elsewhere', async () => {
    for (const source of ['../../../../etc/passwd', 'https://example.com/x.png', '../pictures/none.png', '%zz'])
      expect(await convert(book(source), { hints: { extension: 'epub' }, images: 'save' })).toMatchObject({
        images: [],
        markdown: expect.stringContaining(`![dot](${source})`),
      });
  });
});
