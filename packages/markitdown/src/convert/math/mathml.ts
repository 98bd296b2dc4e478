/** MathML as LaTeX: the formulas of web pages, books and OpenDocument. */
import { bars, functions, naryOperators, symbolLatex } from '../ooxml/latex-symbols.ts';
import { children, parseXml, textOf, type XmlElement } from '../xml/tree.ts';

const deepest = 100;

/** Accents that stand as a sign of their own over a letter. */
const over: Readonly<Record<string, string>> = {
  '¯': '\\bar',
  '‾': '\\overline',
  '^': '\\hat',
  ˆ: '\\hat',
  '~': '\\tilde',
  '˜': '\\tilde',
  '→': '\\vec',
  '⃗': '\\vec',
  '˙': '\\dot',
  '.': '\\dot',
  '¨': '\\ddot',
  ˇ: '\\check',
  '˘': '\\breve',
  '´': '\\acute',
  '`': '\\grave',
};

/** Lines below. */
const lines: ReadonlySet<string> = new Set(['_', '\\_', '\u0332', '\u00af', '\u203e']);

/** The formula of a MathML text; undefined when it is broken. */
export function mathmlToLatex(mathml: string): string | undefined {
  try {
    return formula(parseXml(new TextEncoder().encode(mathml)));
  } catch {
    return undefined;
  }
}

/** The formula of a parsed element. */
export function formula(root: XmlElement): string {
  return tidy(latex(root, 0));
}

function tidy(text: string): string {
  return text
    .replaceAll(/ +(?=[_^{}])/g, '')
    .replaceAll(/\{ +/g, '{')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}

function latex(element: XmlElement, depth: number): string {
  if (depth > deepest) return '';
  const parts = children(element);
  const part = (at: number) => (parts[at] ? tidy(latex(parts[at], depth + 1)) : '');
  const all = () => parts.map((one) => latex(one, depth + 1)).join('');
  switch (element.name.replace(/^\w+:/, '')) {
    case 'mi':
      return identifier(textOf(element).trim());
    case 'mn':
      return symbolLatex(textOf(element).trim());
    case 'mo':
      return operator(textOf(element).trim());
    case 'mtext':
    case 'ms':
      return textOf(element).trim() === '' ? ' ' : `\\text{${textOf(element).replaceAll(/\s+/g, ' ')}}`;
    case 'mspace':
      return ' ';
    case 'mfrac':
      return `\\frac{${part(0)}}{${part(1)}}`;
    case 'msqrt':
      return `\\sqrt{${tidy(all())}}`;
    case 'mroot':
      return `\\sqrt[${part(1)}]{${part(0)}}`;
    case 'msub':
      return `${base(part(0))}_{${part(1)}}`;
    case 'msup':
      return `${base(part(0))}^{${part(1)}}`;
    case 'msubsup':
    case 'munderover':
      return `${base(part(0))}_{${part(1)}}^{${part(2)}}`;
    case 'munder':
      return under(part(0), part(1));
    case 'mover':
      return overline(part(0), part(1), textOf(parts[1]).trim());
    case 'mfenced':
      return fenced(
        element,
        parts.map((_, at) => part(at)),
      );
    case 'mtable':
      return `\\begin{matrix}${parts
        .map((row) =>
          children(row)
            .map((one) => tidy(latex(one, depth + 1)))
            .join(' & '),
        )
        .join(' \\\\ ')}\\end{matrix}`;
    case 'semantics':
      return parts[0] ? latex(parts[0], depth + 1) : '';
    case 'mphantom':
    case 'annotation':
    case 'annotation-xml':
      return '';
    default:
      return all();
  }
}

function identifier(name: string): string {
  if (functions.has(name)) return `\\${name} `;
  const letters = symbolLatex(name);
  return /^[\p{L}\p{N} ]{2,}$/u.test(name) ? `\\mathrm{${name}}` : letters;
}

function operator(sign: string): string {
  if (sign === '{' || sign === '}') return `\\${sign}`;
  const big = naryOperators[sign];
  if (big !== undefined) return `${big} `;
  if (functions.has(sign)) return `\\${sign} `;
  return /^[a-z]{2,}$/i.test(sign) ? `\\operatorname{${sign}}` : symbolLatex(sign);
}

/** What gets an index: one sign, one command or a group. */
function base(text: string): string {
  return /^(?:\\[a-z]+|.|\\mathrm\{[^{}]*\})?$/iu.test(text) ? text : `{${text}}`;
}

function under(below: string, sign: string): string {
  if (/^\\(?:sum|prod|int|lim|max|min|sup|inf|big\w+|operatorname)\b/.test(below)) return `${below}_{${sign}}`;
  return lines.has(sign) ? `\\underline{${below}}` : `\\underset{${sign}}{${below}}`;
}

function overline(text: string, printed: string, sign: string): string {
  const accent = over[sign];
  if (accent !== undefined) return `${text.length > 1 && accent === '\\bar' ? '\\overline' : accent}{${text}}`;
  const bar = bars[sign];
  if (bar !== undefined) return `${bar}{${text}}`;
  return /^\\(?:sum|prod|int|big\w+)\b/.test(text) ? `${text}^{${printed}}` : `\\overset{${printed}}{${text}}`;
}

function fenced({ attributes }: XmlElement, parts: readonly string[]): string {
  const fence = (sign: string) => (sign === '' ? '.' : /[{}]/.test(sign) ? `\\${sign}` : sign);
  const separators = (attributes['separators'] ?? ',').replaceAll(/\s/g, '');
  const inner = parts.map((one, at) => (at === 0 ? one : `${separators.charAt(Math.min(at - 1, separators.length - 1))}${one}`)).join('');
  return `\\left${fence(attributes['open'] ?? '(')}${inner}\\right${fence(attributes['close'] ?? ')')}`;
}
