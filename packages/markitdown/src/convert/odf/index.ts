/** OpenDocument: text, spreadsheets and presentations. */
import { Zip } from '../archive/zip.ts';
import type { ConvertContext, Converter, Input } from '../converter.ts';
import type { Kind } from '../detect/kind.ts';
import { ConvertError } from '../errors.ts';
import { type Block, type Document, heading, type Picture } from '../model/document.ts';
import { pictureType } from '../ooxml/package.ts';
import { selectPages } from '../pages.ts';
import { child, children, descendants, parseXml, textOf, type XmlElement } from '../xml/tree.ts';
import { slideBlocks } from './slides.ts';
import { OdfStyles } from './styles.ts';
import { tableBlocks } from './table.ts';
import { TextReader } from './text.ts';

const kinds: ReadonlySet<Kind> = new Set(['odt', 'ods', 'odp']);

/** Converts .odt, .ods, .odp and their templates. */
export const odf: Converter = { name: 'opendocument', accepts: ({ kind }) => kinds.has(kind), convert };

function convert({ bytes }: Input, context: ConvertContext): Document {
  const zip = new Zip(bytes, context.budget, context.limits.entries);
  if (descendants(xmlOf(zip, 'META-INF/manifest.xml'), 'manifest:encryption-data').length > 0)
    throw new ConvertError('encrypted', 'The document is password protected.');
  const content = xmlOf(zip, 'content.xml');
  if (!content) throw new ConvertError('malformed', 'The document has no content.xml.');
  const styles = new OdfStyles([xmlOf(zip, 'styles.xml'), content]);
  const picture = (target: string, alt: string): Picture | undefined => {
    const name = target.replace(/^\.\//, '');
    const isInside = zip.has(name);
    const file = name.split('/').at(-1) ?? '';
    if (!isInside)
      return /^https?:/i.test(target) ? { type: 'image', alt, name: file, mimetype: pictureType(file), url: target } : undefined;
    return { type: 'image', alt, name: file, mimetype: pictureType(file), bytes: () => zip.read(name) };
  };
  const object = (target: string) => {
    const name = `${target.replace(/^\.\//, '').replace(/\/$/, '')}/content.xml`;
    return zip.has(name) ? xmlOf(zip, name) : undefined;
  };
  const reader = new TextReader(styles, context.options, picture, object);
  const body = children(child(content, 'office:body'))[0];
  const facts = factsOf(xmlOf(zip, 'meta.xml'));
  return {
    blocks: bodyBlocks(body, reader, context),
    notes: reader.notes,
    metadata: facts,
    ...(facts['title'] && { title: facts['title'] }),
  };
}

function bodyBlocks(body: XmlElement | undefined, reader: TextReader, context: ConvertContext): Block[] {
  const { options } = context;
  if (body?.name === 'office:spreadsheet') {
    const sheets = children(body, 'table:table');
    const wanted = selectPages(
      options.pages,
      sheets.length,
      sheets.map(({ attributes }) => attributes['table:name'] ?? ''),
    );
    return sheets.flatMap((sheet, at): Block[] => {
      context.check();
      const tables = wanted(at + 1)
        ? tableBlocks(sheet, (cell) => reader.read(cell), { islands: true, formulas: options.formulas === true })
        : [];
      return tables.length === 0 ? [] : [heading(2, sheet.attributes['table:name'] ?? `Sheet ${at + 1}`), ...tables];
    });
  }
  if (body?.name === 'office:presentation') {
    const slides = children(body, 'draw:page');
    const wanted = selectPages(options.pages, slides.length);
    return slides.flatMap((slide, at) => (wanted(at + 1) ? slideBlocks(slide, at + 1, reader, options) : []));
  }
  return body ? reader.read(body) : [];
}

function xmlOf(zip: Zip, name: string): XmlElement | undefined {
  const bytes = zip.read(name);
  return bytes && parseXml(bytes);
}

function factsOf(root: XmlElement | undefined): Record<string, string> {
  const wanted: Record<string, string> = {
    'dc:title': 'title',
    'dc:creator': 'author',
    'dc:subject': 'subject',
    'meta:creation-date': 'created',
    'dc:date': 'modified',
  };
  const found: Record<string, string> = {};
  for (const element of children(child(root, 'office:meta'))) {
    const name = wanted[element.name];
    const value = textOf(element).trim();
    if (name !== undefined && value !== '') found[name] = value;
  }
  return found;
}
