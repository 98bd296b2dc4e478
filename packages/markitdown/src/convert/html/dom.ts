/** Parses HTML with the DOM that turndown itself uses. */
import domino from '@mixmark-io/domino';
import { limitDepth } from './depth.ts';

/** Parses a page. */
export function parseHtml(source: string): Document {
  return domino.createDocument(limitDepth(source), true);
}

/** The child elements. */
export function elementsOf(parent: ParentNode): Element[] {
  const found: Element[] = [];
  for (let at = parent.firstElementChild; at; at = at.nextElementSibling) found.push(at);
  return found;
}
