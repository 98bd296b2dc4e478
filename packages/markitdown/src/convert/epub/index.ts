/** Electronic books: the chapters in the order of the book. */
import { posix } from 'node:path';
import { Zip } from '../archive/zip.ts';
import type { Converter } from '../converter.ts';
import { declaredCharset, decodeText } from '../detect/charset.ts';
import { ConvertError } from '../errors.ts';
import { htmlDocument, pageOptions } from '../html/index.ts';
import { type Block, type Document, type Picture, text } from '../model/document.ts';
import { pictureType } from '../ooxml/package.ts';
import { selectPages } from '../pages.ts';
import { child, children, descendant, descendants, parseXml, textOf, type XmlElement } from '../xml/tree.ts';

/** Converts .epub. */
export const epub: Converter = {
  name: 'epub',
  accepts: ({ kind }) => kind === 'epub',
  async convert({ bytes }, context): Promise<Document> {
    const zip = new Zip(bytes, context.budget, context.limits.entries);
    const read = (name: string) => {
      const found = zip.read(name);
      return found && parseXml(found);
    };
    if (
      zip.has('META-INF/encryption.xml') &&
      descendants(read('META-INF/encryption.xml'), 'enc:EncryptionMethod').some(({ attributes }) =>
        /aes/i.test(attributes['Algorithm'] ?? ''),
      )
    ) {
      throw new ConvertError('encrypted', 'The book is protected against reading.');
    }
    const name = descendant(read('META-INF/container.xml'), 'rootfile')?.attributes['full-path'] ?? '';
    const pack = read(name);
    if (!pack) throw new ConvertError('malformed', 'The book has no table of its parts.');
    const facts = factsOf(part(pack, 'metadata'));
    const chapters = chaptersOf(pack, name);
    const wanted = selectPages(context.options.pages, chapters.length);
    const blocks: Block[] = [];
    for (const [index, chapter] of chapters.entries()) {
      if (!wanted(index + 1)) continue;
      context.check();
      context.progress(index, chapters.length);
      const page = zip.read(chapter);
      const options = pageOptions(context, { find: (source) => pictureOf(zip, chapter, source) });
      if (page) blocks.push(...(await htmlDocument(decodeText(page, declaredCharset(page)), options)).blocks);
    }
    const lines = Object.entries(facts).map(([label, value]): Block => ({
      type: 'paragraph',
      content: [{ type: 'text', text: `${label}:`, bold: true }, text(` ${value}`)],
    }));
    return {
      blocks: [...lines, ...blocks],
      metadata: Object.fromEntries(Object.entries(facts).map(([label, value]) => [label.toLowerCase(), value])),
      ...(facts['Title'] && { title: facts['Title'] }),
    };
  },
};

/** A picture of the book, by its place seen from a chapter. */
function pictureOf(zip: Zip, chapter: string, source: string): Picture | undefined {
  if (/^[a-z][\w+.-]*:/i.test(source)) return undefined;
  const path = posix.join(posix.dirname(chapter), decoded(source.replace(/[?#].*/, '')));
  const name = posix.basename(path);
  return zip.has(path) ? { type: 'image', alt: '', name, mimetype: pictureType(name), bytes: () => zip.read(path) } : undefined;
}

/** A per cent sign may stand for itself. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The files of the chapters, in order. */
function chaptersOf(pack: XmlElement, name: string): string[] {
  const files = new Map(children(part(pack, 'manifest')).map(({ attributes }) => [attributes['id'] ?? '', attributes['href'] ?? '']));
  return children(part(pack, 'spine')).flatMap(({ attributes }) => {
    const href = files.get(attributes['idref'] ?? '');
    if (href === undefined || attributes['linear'] === 'no') return [];
    return [posix.join(posix.dirname(name), decoded(href.split('#')[0] ?? ''))];
  });
}

function factsOf(metadata: XmlElement | undefined): Record<string, string> {
  const wanted = {
    Title: 'dc:title',
    Authors: 'dc:creator',
    Language: 'dc:language',
    Publisher: 'dc:publisher',
    Date: 'dc:date',
    Description: 'dc:description',
    Identifier: 'dc:identifier',
  };
  const found: Record<string, string> = {};
  for (const [label, name] of Object.entries(wanted)) {
    const values = children(metadata, name)
      .map((element) => textOf(element).replaceAll(/\s+/g, ' ').trim())
      .filter((value) => value !== '');
    if (values.length > 0) found[label] = values.join(', ');
  }
  return found;
}

/** Packages are written with and without a prefix. */
function part(pack: XmlElement, name: string): XmlElement | undefined {
  return child(pack, name) ?? child(pack, `opf:${name}`);
}
