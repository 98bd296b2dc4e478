/** Prepares a page: what is not content goes, math gets its source. */
import { mathmlToLatex } from '../math/mathml.ts';

/** Elements that are no content. */
const dropped: ReadonlySet<string> = new Set('SCRIPT STYLE NOSCRIPT TEMPLATE IFRAME OBJECT EMBED CANVAS HEAD LINK META'.split(' '));
/** Cleans a parsed page in place. */
export function cleanPage(page: Document): void {
  for (const element of elementsOf(page, isMath)) replaceMath(element, page);
  for (const element of elementsOf(page, isDropped)) element.parentNode?.removeChild(element);
}

function isMath(element: Element): boolean {
  const name = nameOf(element);
  if (name === 'SCRIPT') return element.getAttribute('type')?.startsWith('math/tex') === true;
  if (name === 'MATH' || name === 'MJX-CONTAINER') return true;
  const classes = classesOf(element);
  return classes.includes('katex') || ((name === 'SPAN' || name === 'DIV') && classes.includes('math'));
}

function isDropped(element: Element): boolean {
  const name = nameOf(element);
  if (dropped.has(name) || element.hasAttribute('hidden')) return true;
  // What pages add to their content: links to headings, buttons that copy.
  const classes = classesOf(element);
  return (
    classes.includes('copy-button') ||
    classes.includes('anchorjs-link') ||
    (name === 'BUTTON' && classes.includes('copy')) ||
    (name === 'A' && classes.includes('headerlink')) ||
    (classes.includes('anchor') && element.getAttribute('aria-hidden') === 'true')
  );
}

/** Inside of pictures and formulas names are in lower case. */
function nameOf(element: Element): string {
  return element.nodeName.toUpperCase();
}

function classesOf(element: Element): readonly string[] {
  return element.getAttribute('class')?.split(/\s+/) ?? [];
}

/** The elements that are wanted, in the order of the page. One walk: a selector with many parts looks for each of them in all of the page. */
function elementsOf(page: Document, isWanted: (element: Element) => boolean): Element[] {
  const found: Element[] = [];
  let node: Node | null = page.firstChild;
  while (node) {
    if (node.nodeType === 1 && isWanted(node as Element)) found.push(node as Element);
    let next: Node | null = node.firstChild ?? node.nextSibling;
    for (let above: Node | null = node.parentNode; !next && above; above = above.parentNode) next = above.nextSibling;
    node = next;
  }
  return found;
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
