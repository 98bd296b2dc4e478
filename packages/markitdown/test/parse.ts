/** Reads Markdown as others do, into the structure that is compared. */
import type { Nodes, Root, RootContent } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import type { Shape } from './make/documents.ts';

const parser = unified().use(remarkParse).use(remarkGfm);

/** The structure of Markdown. */
export function parseMarkdown(markdown: string): Shape[] {
  const root: Root = parser.parse(markdown);
  return root.children.flatMap(shapeOf);
}

/** The targets of its links. */
export function linksIn(markdown: string): string[] {
  const found: string[] = [];
  const walk = (node: Nodes) => {
    if (node.type === 'link') found.push(node.url);
    if ('children' in node) for (const child of node.children) walk(child);
  };
  walk(parser.parse(markdown));
  return found;
}

function shapeOf(node: RootContent): Shape[] {
  switch (node.type) {
    case 'heading':
      return [['heading', node.depth, textOf(node)]];
    case 'paragraph':
      return [['paragraph', textOf(node)]];
    case 'code':
      return [['code', node.value]];
    case 'blockquote':
      return [['quote', ...node.children.flatMap(shapeOf)]];
    case 'list':
      return [['list', node.ordered === true, ...node.children.map((item) => item.children.flatMap(shapeOf))]];
    case 'table':
      return [['table', ...node.children.map((row) => row.children.map((cell) => textOf(cell)))]];
    default:
      return [['paragraph', `${node.type}!`]];
  }
}

function textOf(node: Nodes): string {
  const text = (one: Nodes): string => {
    if (one.type === 'break') return ' ';
    if ('children' in one) return one.children.map((child) => text(child)).join('');
    return 'value' in one ? one.value : '';
  };
  return text(node).replaceAll(/\s+/g, ' ').trim();
}
