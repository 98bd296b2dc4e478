/** What stands beside a slide: the speaker's notes and the comments of reviewers. */
import { type Block, heading, text } from '../model/document.ts';
import type { OfficePackage } from '../ooxml/package.ts';
import { drawingParagraphs } from '../ooxml/text.ts';
import { child, children, descendants, textOf } from '../xml/tree.ts';
import { placeholderOf } from './placeholders.ts';

/** The notes of a slide under a heading. */
export function notesBlocks(slide: string, pack: OfficePackage): Block[] {
  const name = [...pack.relationships(slide).values()].find(({ type }) => type === 'notesSlide')?.target;
  const root = pack.xml(name);
  if (name === undefined || !root) return [];
  const relationships = pack.relationships(name);
  const paragraphs = descendants(root, 'p:sp')
    .filter((shape) => placeholderOf(shape)?.type === 'body')
    .flatMap((shape) => drawingParagraphs(child(shape, 'p:txBody'), relationships))
    .filter(({ content }) => content.some((part) => part.type !== 'text' || part.text.trim() !== ''));
  if (paragraphs.length === 0) return [];
  return [heading(3, 'Notes:'), ...paragraphs.map(({ content }) => ({ type: 'paragraph' as const, content }))];
}

/** The comments on a slide, each a quote with its author. */
export function commentBlocks(slide: string, pack: OfficePackage): Block[] {
  const authors = new Map<string, string>();
  for (const name of ['ppt/commentAuthors.xml', 'ppt/authors.xml']) {
    for (const { attributes } of children(pack.xml(name))) authors.set(attributes['id'] ?? '', attributes['name'] ?? '');
  }
  return [...pack.relationships(slide).values()]
    .filter(({ type }) => type === 'comments')
    .flatMap(({ target }) => children(pack.xml(target)))
    .flatMap((comment): Block[] => {
      const words = (descendants(comment, 'a:t').map(textOf).join('') || descendants(comment, 'p:text').map(textOf).join('')).trim();
      const author = authors.get(comment.attributes['authorId'] ?? '');
      return words === ''
        ? []
        : [{ type: 'quote', blocks: [{ type: 'paragraph', content: [text(`Comment${author ? ` by ${author}` : ''}: ${words}`)] }] }];
    });
}
