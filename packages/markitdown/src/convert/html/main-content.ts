/** Finds the article of a page. */
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { limitDepth } from './depth.ts';

/** Less than this share of the page's text means that the article was missed. */
const leastShare = 0.25;

/** The article of a page; undefined when none stands out, then the whole page is used. */
export function mainContent(source: string): { html: string; title: string } | undefined {
  const { document } = parseHTML(limitDepth(/<html[\s>]/i.test(source) ? source : `<html><body>${source}</body></html>`));
  const total = contentLength(document);
  const article = new Readability(document).parse();
  if (!article?.content) return undefined;
  const found = (article.textContent ?? '').replaceAll(/\s+/g, ' ').length;
  if (total > 500 && found < total * leastShare) return undefined;
  return { html: `<html><body>${article.content}</body></html>`, title: article.title ?? '' };
}

function contentLength(document: Document): number {
  const copy = document.body?.cloneNode(true);
  if (!copy || !('querySelectorAll' in copy)) return 0;
  for (const element of (copy as Element).querySelectorAll('script, style, noscript, template, nav, header, footer, aside'))
    element.remove();
  return (copy.textContent ?? '').replaceAll(/\s+/g, ' ').length;
}
