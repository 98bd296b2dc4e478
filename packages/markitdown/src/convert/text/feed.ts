/** News feeds: RSS, RDF and Atom. */
import type { Converter } from '../converter.ts';
import { htmlDocument, pageOptions } from '../html/index.ts';
import { type Block, heading, paragraph } from '../model/document.ts';
import { child, children, descendants, parseXml, textOf, type XmlElement } from '../xml/tree.ts';

/** Converts feeds. */
export const feed: Converter = {
  name: 'feed',
  accepts: ({ kind }) => kind === 'rss',
  async convert({ bytes }, context) {
    const root = parseXml(bytes);
    const isAtom = root.name === 'feed';
    const channel = isAtom ? root : (child(root, 'channel') ?? root);
    const title = wordsOf(channel, 'title');
    const about = wordsOf(channel, 'description') || wordsOf(channel, 'subtitle');
    const blocks: Block[] = [...(title ? [heading(1, title)] : []), ...(about ? [paragraph(about)] : [])];
    for (const item of isAtom ? children(root, 'entry') : descendants(root, 'item')) {
      const name = wordsOf(item, 'title');
      if (name) blocks.push({ type: 'heading', level: 2, content: [{ type: 'text', text: name, ...linkOf(item) }] });
      const date = ['pubDate', 'published', 'updated', 'dc:date'].map((one) => wordsOf(item, one)).find((one) => one !== '');
      const author = wordsOf(item, 'dc:creator') || (isAtom ? wordsOf(child(item, 'author'), 'name') : wordsOf(item, 'author'));
      const byline = [date && `Published on: ${date}`, author && `by ${author}`].filter(Boolean).join(', ');
      if (byline) blocks.push(paragraph(byline));
      const body = ['content:encoded', 'content', 'description', 'summary']
        .map((one) => child(item, one))
        .find((one) => one && textOf(one).trim() !== '');
      if (body) blocks.push(...(await htmlDocument(textOf(body), pageOptions(context))).blocks);
    }
    return { blocks, ...(title && { title }) };
  },
};

function wordsOf(parent: XmlElement | undefined, name: string): string {
  return textOf(child(parent, name))
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function linkOf(item: XmlElement): { href?: string } {
  const link = children(item, 'link').find(({ attributes }) => (attributes['rel'] ?? 'alternate') === 'alternate');
  const target = (link?.attributes['href'] ?? textOf(link)).trim();
  return /^https?:/i.test(target) ? { href: target } : {};
}
