/** Word documents. The body is read as a stream, one paragraph or table at a time. */
import type { ConvertContext, Converter, Input } from '../converter.ts';
import type { Block, Document } from '../model/document.ts';
import { OfficePackage } from '../ooxml/package.ts';
import { children, streamXml, type XmlElement } from '../xml/tree.ts';
import { ConvertError } from '../errors.ts';
import { BodyReader, readBlocks } from './body.ts';
import { Numbering } from './numbering.ts';
import { DocxPart } from './part.ts';
import { Styles } from './styles.ts';

/** Converts .docx, .docm, .dotx. */
export const docx: Converter = {
  name: 'docx',
  accepts: ({ kind }) => kind === 'docx',
  convert,
};

function convert({ bytes }: Input, context: ConvertContext): Document {
  const pack = new OfficePackage(bytes, context);
  const main = pack.mainPart('word/document.xml');
  const related = new Map([...pack.relationships(main).values()].map(({ type, target }) => [type, target]));
  const styles = new Styles(pack.xml(related.get('styles')));
  const body = pack.zip.read(main);
  if (!body) throw new ConvertError('malformed', 'The document has no text part.');
  const part = new DocxPart(main, {
    styles,
    numbering: new Numbering(pack.xml(related.get('numbering'))),
    options: context.options,
    package: pack,
    headingShift: hasTitle(body, styles) ? 1 : 0,
  });
  const reader = new BodyReader(part);
  streamXml(body, {
    isPiece: (_name, _depth, parent) => parent === 'w:body',
    onPiece: (element) => {
      context.check();
      reader.add(element);
    },
  });
  const properties = pack.properties();
  const notes = readNotes(part, pack, related);
  return {
    blocks: framed(reader.finish(), part, pack, main),
    notes,
    metadata: properties,
    ...(properties['title'] && { title: properties['title'] }),
  };
}

/** A title paragraph makes all headings one level deeper. */
function hasTitle(body: Uint8Array, styles: Styles): boolean {
  const text = Buffer.from(body.buffer, body.byteOffset, body.length);
  let at = -1;
  const seen = new Set<string>();
  while ((at = text.indexOf('pStyle ', at + 1)) !== -1) {
    const id = /val="([^"]*)"/.exec(text.toString('utf8', at, at + 200))?.[1];
    if (id === undefined || seen.has(id)) continue;
    seen.add(id);
    if (styles.meaning(id).heading === 0) return true;
  }
  return false;
}

function readNotes(part: DocxPart, pack: OfficePackage, related: ReadonlyMap<string, string>): Map<string, Block[]> {
  const notes = new Map<string, Block[]>();
  for (const [type, word] of [
    ['footnotes', 'footnote'],
    ['endnotes', 'endnote'],
    ['comments', 'comment'],
  ] as const) {
    const name = related.get(type);
    const root = pack.xml(name);
    if (name === undefined || !root) continue;
    const notesPart = new DocxPart(name, part);
    for (const note of children(root, `w:${word}`)) {
      if (note.attributes['w:type'] !== undefined && note.attributes['w:type'] !== 'normal') continue;
      const blocks = readBlocks(note, notesPart);
      notes.set(`${word} ${note.attributes['w:id'] ?? ''}`, word === 'comment' ? withAuthor(blocks, note) : blocks);
    }
  }
  return notes;
}

function withAuthor(blocks: Block[], comment: XmlElement): Block[] {
  const author = comment.attributes['w:author'] ?? '';
  const [first, ...rest] = blocks;
  const lead = { type: 'text' as const, text: author ? `Comment by ${author}: ` : 'Comment: ' };
  return first?.type === 'paragraph'
    ? [{ type: 'paragraph', content: [lead, ...first.content] }, ...rest]
    : [{ type: 'paragraph', content: [lead] }, ...blocks];
}

function framed(blocks: Block[], part: DocxPart, pack: OfficePackage, main: string): Block[] {
  if (part.options.headersFooters !== true) return blocks;
  const around = (wanted: string) =>
    [...pack.relationships(main).values()]
      .filter(({ type }) => type === wanted)
      .flatMap(({ target }) => {
        const root = pack.xml(target);
        return root ? readBlocks(root, new DocxPart(target, part)) : [];
      });
  return [...around('header'), ...blocks, ...around('footer')];
}
