/** Prepares a page: what is not content goes, what is nested too deeply is flattened, math gets its source. */

/** Turndown and the DOM recurse; deeper elements are taken out of their wrappers. */
const deepest = 200;

const dropped =
  'script, style, noscript, template, iframe, object, embed, canvas, head, link, meta, button.copy, .copy-button, .anchorjs-link, a.headerlink, [hidden], [aria-hidden="true"].anchor';

/** Cleans a parsed page in place. */
export function cleanPage(page: Document): void {
  flatten(page.body ?? page.documentElement);
  for (const element of list(page.querySelectorAll('math, .katex, mjx-container'))) replaceMath(element, page);
  for (const element of list(page.querySelectorAll(dropped))) element.parentNode?.removeChild(element);
}

/** NodeLists of domino cannot be iterated. */
export function list<T>(nodes: ArrayLike<T>): T[] {
  return Array.from({ length: nodes.length }, (_, at) => nodes[at]).filter((node): node is T => node !== undefined);
}

/** Lifts the children of too deep elements up to the deepest level that is allowed. */
function flatten(root: Node | null): void {
  let depth = 0;
  let at: Node | null = root;
  while (at) {
    if (depth >= deepest && at.firstChild) {
      const parent: Node | null = at.parentNode;
      const first: Node = at.firstChild;
      while (at.firstChild) parent?.insertBefore(at.firstChild, at);
      parent?.removeChild(at);
      at = first;
      continue;
    }
    if (at.firstChild) {
      at = at.firstChild;
      depth++;
      continue;
    }
    while (at && at !== root && !at.nextSibling) {
      at = at.parentNode;
      depth--;
    }
    at = !at || at === root ? null : at.nextSibling;
  }
}

/** KaTeX, MathJax and MathML carry their TeX source in an annotation. */
function replaceMath(element: Element, page: Document): void {
  const source =
    element.querySelector('annotation[encoding="application/x-tex"]')?.textContent ??
    (element.nodeName.toLowerCase() === 'math' ? element.getAttribute('alttext') : null);
  if (!source || !element.parentNode) return;
  const isBlock =
    element.getAttribute('display') === 'block' ||
    element.closest('.katex-display') !== null ||
    element.querySelector('math[display="block"]') !== null;
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
