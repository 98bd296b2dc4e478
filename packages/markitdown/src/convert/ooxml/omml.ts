/** Office math as LaTeX. */
import { child, children, textOf, type XmlElement } from '../xml/tree.ts';
import { accents, bars, functions, naryOperators, symbolLatex } from './latex-symbols.ts';

/** Deeper equations are cut. */
const deepest = 100;

/** An `m:oMath` element as LaTeX, without dollars. */
export function ommlToLatex(math: XmlElement): string {
  return all(math, 0).replaceAll(/ {2,}/g, ' ').trim();
}

function all(parent: XmlElement | undefined, depth: number): string {
  return children(parent).reduce((latex, element) => join(latex, one(element, depth)), '');
}

/** A command must not run into the letter after it. */
function join(left: string, right: string): string {
  return /\\[A-Za-z]+$/.test(left) && /^[A-Za-z0-9]/.test(right) ? `${left} ${right}` : left + right;
}

function one(element: XmlElement, depth: number): string {
  if (depth > deepest) return '';
  const inner = (name: string) => all(child(element, name), depth + 1);
  const property = (name: string) => child(child(element, `${element.name}Pr`), name)?.attributes['m:val'];
  switch (element.name) {
    case 'm:r':
      return run(element);
    case 'm:f':
      return fraction(property('m:type'), inner('m:num'), inner('m:den'));
    case 'm:sSup':
      return `${base(inner('m:e'))}^{${inner('m:sup')}}`;
    case 'm:sSub':
      return `${base(inner('m:e'))}_{${inner('m:sub')}}`;
    case 'm:sSubSup':
      return `${base(inner('m:e'))}_{${inner('m:sub')}}^{${inner('m:sup')}}`;
    case 'm:sPre':
      return `{}_{${inner('m:sub')}}^{${inner('m:sup')}}${inner('m:e')}`;
    case 'm:rad': {
      const degree = inner('m:deg');
      return degree === '' || isOnValue(property('m:degHide')) ? `\\sqrt{${inner('m:e')}}` : `\\sqrt[${degree}]{${inner('m:e')}}`;
    }
    case 'm:nary':
      return nary(property('m:chr'), inner('m:sub'), inner('m:sup'), inner('m:e'));
    case 'm:d':
      return delimited(element, depth);
    case 'm:func':
      return functionOf(inner('m:fName'), inner('m:e'));
    case 'm:limLow':
      return limit(inner('m:e'), '_', inner('m:lim'), 'underset');
    case 'm:limUpp':
      return limit(inner('m:e'), '^', inner('m:lim'), 'overset');
    case 'm:acc':
      return `${accents[property('m:chr') ?? '\u0302'] ?? '\\hat'}{${inner('m:e')}}`;
    case 'm:bar':
      return `${property('m:pos') === 'top' ? '\\overline' : '\\underline'}{${inner('m:e')}}`;
    case 'm:groupChr':
      return `${bars[property('m:chr') ?? '\u23df'] ?? '\\underbrace'}{${inner('m:e')}}`;
    case 'm:m':
      return `\\begin{matrix}${rows(
        children(element, 'm:mr').map((row) =>
          children(row, 'm:e')
            .map((cell) => all(cell, depth + 1))
            .join(' & '),
        ),
      )}\\end{matrix}`;
    case 'm:eqArr': {
      const lines = children(element, 'm:e').map((line) => all(line, depth + 1));
      return lines.length === 1 ? (lines[0] ?? '') : `\\begin{aligned}${rows(lines)}\\end{aligned}`;
    }
    case 'm:borderBox':
      return `\\boxed{${inner('m:e')}}`;
    case 'm:phant':
      return `\\phantom{${inner('m:e')}}`;
    case 'm:t':
      return symbolLatex(textOf(element));
    default:
      return element.name.endsWith('Pr') ? '' : all(element, depth + 1);
  }
}

function run(element: XmlElement): string {
  const properties = child(element, 'm:rPr');
  const words = children(element, 'm:t').map(textOf).join('');
  if (child(properties, 'm:nor') || child(properties, 'm:lit')) return words.trim() === '' ? words : `\\text{${words}}`;
  const latex = symbolLatex(words);
  const script = child(properties, 'm:scr')?.attributes['m:val'];
  const fonts: Record<string, string> = {
    script: '\\mathcal',
    fraktur: '\\mathfrak',
    'double-struck': '\\mathbb',
    'sans-serif': '\\mathsf',
    monospace: '\\mathtt',
  };
  const font = script === undefined ? undefined : fonts[script];
  if (font) return `${font}{${latex}}`;
  const style = child(properties, 'm:sty')?.attributes['m:val'];
  if (style === 'p' && functions.has(words.trim())) return `\\${words.trim()}`;
  return style === 'b' ? `\\mathbf{${latex}}` : latex;
}

function fraction(type: string | undefined, top: string, bottom: string): string {
  if (type === 'lin') return `${base(top)}/${base(bottom)}`;
  if (type === 'noBar') return `\\genfrac{}{}{0pt}{}{${top}}{${bottom}}`;
  return `\\frac{${top}}{${bottom}}`;
}

function nary(operator: string | undefined, below: string, above: string, body: string): string {
  const sign = naryOperators[operator ?? '\u222b'] ?? symbolLatex(operator ?? '').trim();
  return join(`${sign}${below ? `_{${below}}` : ''}${above ? `^{${above}}` : ''}`, body);
}

function delimited(element: XmlElement, depth: number): string {
  const properties = child(element, 'm:dPr');
  const open = child(properties, 'm:begChr')?.attributes['m:val'] ?? '(';
  const close = child(properties, 'm:endChr')?.attributes['m:val'] ?? ')';
  const separator = child(properties, 'm:sepChr')?.attributes['m:val'] ?? '|';
  const parts = children(element, 'm:e').map((part) => all(part, depth + 1));
  return `${join(`\\left${fence(open)}`, parts.join(separator))}\\right${fence(close)}`;
}

function fence(sign: string): string {
  const known: Record<string, string> = {
    '': '.',
    '{': '\\{',
    '}': '\\}',
    '‖': '\\|',
    '⟨': '\\langle ',
    '⟩': '\\rangle ',
    '⌈': '\\lceil ',
    '⌉': '\\rceil ',
    '⌊': '\\lfloor ',
    '⌋': '\\rfloor ',
  };
  return known[sign] ?? sign;
}

function functionOf(name: string, argument: string): string {
  const plain = name.trim();
  const command = functions.has(plain) ? `\\${plain}` : /^[A-Za-z]{2,}$/.test(plain) ? `\\operatorname{${plain}}` : plain;
  return join(
    command,
    argument.startsWith('\\left') || argument.startsWith('(')
      ? argument
      : /^\\[A-Za-z]+$/.test(command) || command.startsWith('\\')
        ? ` ${argument}`
        : argument,
  );
}

function limit(body: string, sign: '_' | '^', value: string, command: string): string {
  const plain = body.trim().replace(/^\\/, '');
  if (functions.has(plain)) return `\\${plain}${sign}{${value}}`;
  return /^\\(?:under|over)brace/.test(body) || /^\\(?:sum|prod|int)/.test(body)
    ? `${body}${sign}{${value}}`
    : `\\${command}{${value}}{${body}}`;
}

/** More than one sign as the base of a script needs braces. */
function base(latex: string): string {
  return /^(?:.|\\[A-Za-z]+|\\left[\s\S]*\\right\S+)$/u.test(latex.trim()) || latex === '' ? latex.trim() || '{}' : `{${latex}}`;
}

function rows(lines: string[]): string {
  return lines.join(' \\\\ ');
}

function isOnValue(value: string | undefined): boolean {
  return value !== undefined && /^(?:1|on|true)$/i.test(value);
}
