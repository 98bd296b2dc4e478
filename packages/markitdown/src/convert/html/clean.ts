/** Prepares a page: what is not content goes, math gets its source. */
import { mathmlToLatex } from '../math/mathml.ts';

const dropped =
  'script, style, noscript, template, iframe, object, embed, canvas, head, link, meta, button.copy, .copy-button, .anchorjs-link, a.headerlink, [hidden], [aria-hidden="true"].anchor';

/** Cleans a parsed page in place. */
export function cleanPage(page: Document): void {
  for (const element of list(page.querySelectorAll('math, .katex, mjx-container, script[type^="math/tex"], span.math, div.math')))
    replaceMath(element, page);
  for (const element of list(page.querySelectorAll(dropped))) element.parentNode?.removeChild(element);
}

/** NodeLists of domino cannot be iterated. */
export function list<T>(nodes: ArrayLike<T>): T[] {
  return Array.from({ length: nodes.length }, (_, at) => nodes[at]).filter((node): node is T => node !== undefined);
}

/** MathJax 2 keeps formulas in scripts. */
function scriptMath(element: Element): string | undefined {
  return element.nodeName === 'SCRIPT' ? (element.textContent ?? undefined) : undefined;
}

/** Pandoc, Sphinx and others mark formulas with a class and delimiters. */
function spanMath(element: Element): string | undefined {
  if (!/(?:^|\s)math(?:\s|$)/.test(element.getAttribute('class') ?? '')) return undefined;
  const text = element.textContent?.trim() ?? '';
  return /^(?:\\\(([\s\S]+)\\\)|\\\[([\s\S]+)\\\]|\$\$([\s\S]+)\$\$|\$([\s\S]+)\$)$/
    .exec(text)
    ?.slice(1)
    .find((one) => one !== undefined);
}

/** MathML without a source is translated. */
function pureMathml(element: Element): string | undefined {
  return element.nodeName.toLowerCase() === 'math' ? mathmlToLatex(element.outerHTML) : undefined;
}

/** KaTeX, MathJax and MathML carry their TeX source in an annotation. */
function replaceMath(element: Element, page: Document): void {
  const source =
    element.querySelector('annotation[encoding="application/x-tex"]')?.textContent ??
    (element.nodeName.toLowerCase() === 'math' ? element.getAttribute('alttext') : null);
  const latex = source ?? scriptMath(element) ?? spanMath(element) ?? pureMathml(element);
  if (!latex || !element.parentNode) return;
  const isBlock =
    element.getAttribute('type')?.includes('mode=display') ||
    /(?:^|\s)display(?:\s|$)/.test(element.getAttribute('class') ?? '') ||
    element.nodeName === 'DIV' ||
    element.getAttribute('display') === 'block' ||
    Boolean(element.closest('.katex-display')) ||
    Boolean(element.querySelector('math[display="block"]'));
  const made = page.createElement(isBlock ? 'div' : 'span');
  made.setAttribute(
    'data-latex',
    latex
      .trim()
      .replace(/^\{\\displaystyle\s*([\s\S]*)\}$/, '$1')
      .trim(),
  );
  made.textContent = 'x';
  element.parentNode.replaceChild(made, element);
}
