/** Prepares a page: what is not content goes, math gets its source. */

const dropped =
  'script, style, noscript, template, iframe, object, embed, canvas, head, link, meta, button.copy, .copy-button, .anchorjs-link, a.headerlink, [hidden], [aria-hidden="true"].anchor';

/** Cleans a parsed page in place. */
export function cleanPage(page: Document): void {
  for (const element of list(page.querySelectorAll('math, .katex, mjx-container'))) replaceMath(element, page);
  for (const element of list(page.querySelectorAll(dropped))) element.parentNode?.removeChild(element);
}

/** NodeLists of domino cannot be iterated. */
export function list<T>(nodes: ArrayLike<T>): T[] {
  return Array.from({ length: nodes.length }, (_, at) => nodes[at]).filter((node): node is T => node !== undefined);
}

/** KaTeX, MathJax and MathML carry their TeX source in an annotation. */
function replaceMath(element: Element, page: Document): void {
  const source =
    element.querySelector('annotation[encoding="application/x-tex"]')?.textContent ??
    (element.nodeName.toLowerCase() === 'math' ? element.getAttribute('alttext') : null);
  if (!source || !element.parentNode) return;
  const isBlock =
    element.getAttribute('display') === 'block' ||
    Boolean(element.closest('.katex-display')) ||
    Boolean(element.querySelector('math[display="block"]'));
  const made = page.createElement(isBlock ? 'div' : 'span');
  made.setAttribute(
    'data-latex',
    source
      .trim()
      .replace(/^\{\\displaystyle\s*([\s\S]*)\}$/, '$1')
      .trim(),
  );
  made.textContent = 'x';
  element.parentNode.replaceChild(made, element);
}
