/** Turndown with our conventions and our own rules. */
import TurndownService from 'turndown';
import { escapeInline, escapeLineStart } from '../writer/escape.ts';
import { writeTarget } from '../writer/inlines.ts';
import { addTableRules } from './table-rules.ts';

/** How a page is printed. */
export interface PageStyle {
  /** Address that relative links are relative to. */
  readonly baseUrl?: string;
  /** Default `keep`. */
  readonly links?: 'keep' | 'absolute' | 'text';
  readonly tables?: 'gfm' | 'html' | 'auto';
  readonly images?: 'name' | 'alt' | 'data' | 'save';
  /** What is printed for a picture's source; undefined leaves the source. */
  readonly pictureTarget?: (source: string) => string | undefined;
}

/** Formulas that a page's script would set; they stay as they are. */
const formulas = /(\$\$[^$]+\$\$|\\\((?:[^\\]|\\(?!\)))*\\\)|\\\[(?:[^\\]|\\(?!\]))*\\\])/;

/** Prints an element of a parsed page. */
export function pageMarkdown(root: Element, style: PageStyle): string {
  const service = new TurndownService({
    headingStyle: 'atx',
    bulletListMarker: '-',
    codeBlockStyle: 'fenced',
    emDelimiter: '*',
    strongDelimiter: '**',
    hr: '---',
    br: '\\',
  });
  service.escape = (text) =>
    escapeLineStart(
      text
        .split(formulas)
        .map((part, at) => (at % 2 === 1 ? part : escapeInline(part)))
        .join(''),
    );
  addInlineRules(service, style);
  addBlockRules(service);
  addTableRules(service, style.tables ?? 'gfm');
  return tidy(service.turndown(root as HTMLElement));
}

function addInlineRules(service: TurndownService, style: PageStyle): void {
  service.addRule('link', {
    filter: (node) => node.nodeName === 'A',
    replacement: (content, node) => {
      const label = content.trim().replaceAll(/\s*\n+\s*/g, ' ');
      const target = style.links === 'text' ? undefined : linkTarget(attribute(node, 'href'), style);
      if (label === '' || target === undefined) return content;
      const title = attribute(node, 'title').replaceAll(/\s+/g, ' ').replaceAll('"', '\\"');
      return spaced(content, `[${label}](${writeTarget(target)}${title ? ` "${title}"` : ''})`);
    },
  });
  service.addRule('image', {
    filter: 'img',
    replacement: (_content, node) => {
      const alt = attribute(node, 'alt').replaceAll(/\s+/g, ' ').replaceAll(/[[\]]/g, '\\$&').trim();
      const source = attribute(node, 'src') || attribute(node, 'data-src');
      if (style.images === 'alt') return alt;
      if (source === '') return alt;
      const target = style.pictureTarget?.(source);
      if (target !== undefined) return `![${alt}](${writeTarget(target)})`;
      if (source.startsWith('data:')) return `![${alt}](${style.images === 'data' ? source : `${source.split(',')[0] ?? ''}...`})`;
      return `![${alt}](${writeTarget(absolute(source, style))})`;
    },
  });
  service.addRule('strike', { filter: ['del', 's'], replacement: (content) => wrapped(content, '~~') });
  service.addRule('sub', {
    filter: ['sub', 'sup'],
    replacement: (content, node) =>
      content.trim() === '' ? content : `<${node.nodeName.toLowerCase()}>${content}</${node.nodeName.toLowerCase()}>`,
  });
  service.addRule('mark', { filter: ['mark'], replacement: (content) => content });
  service.addRule('latex', {
    filter: (node) => attribute(node, 'data-latex') !== '',
    replacement: (_content, node) =>
      node.nodeName === 'DIV' ? `\n\n$$${attribute(node, 'data-latex')}$$\n\n` : `$${attribute(node, 'data-latex')}$`,
  });
  service.addRule('checkbox', {
    filter: (node) => node.nodeName === 'INPUT' && attribute(node, 'type') === 'checkbox',
    replacement: (_content, node) => {
      const space = /^\s/.test(node.nextSibling?.textContent ?? '') ? '' : ' ';
      return ((node as Element).getAttribute('checked') !== null ? '[x]' : '[ ]') + space;
    },
  });
  service.addRule('control', {
    filter: (node) =>
      (node.nodeName === 'INPUT' && attribute(node, 'type') !== 'checkbox') || node.nodeName === 'SELECT' || node.nodeName === 'TEXTAREA',
    replacement: (_content, node) => (node.nodeName === 'TEXTAREA' ? attribute(node, 'value') : ''),
  });
}

function addBlockRules(service: TurndownService): void {
  service.addRule('item', {
    filter: 'li',
    replacement: (content, node) => {
      const parent = node.parentNode;
      const ordered = parent?.nodeName === 'OL';
      const mark = ordered ? `${numberOf(node, parent)}. ` : '- ';
      const body = tight(content)
        .replace(/^\n+/, '')
        .replace(/\n+$/, '')
        .replaceAll(/\n(?=[^\n])/g, `\n${' '.repeat(mark.length)}`);
      return `${mark}${body}${node.nextSibling ? '\n' : ''}`;
    },
  });
  service.addRule('code block', {
    filter: 'pre',
    replacement: (_content, node) => {
      const code = (node.textContent ?? '').replace(/^\n/, '').replace(/\s+$/, '');
      if (code === '') return '';
      const longest = Math.max(2, ...[...code.matchAll(/^\s*(`{3,})/gm)].map(([, ticks = '']) => ticks.length));
      const fence = '`'.repeat(longest + 1);
      return `\n\n${fence}${languageOf(node)}\n${code}\n${fence}\n\n`;
    },
  });
  service.addRule('heading', {
    filter: ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
    replacement: (content, node) => {
      const title = content.replaceAll(/\\?\n/g, ' ').replaceAll(/\s+/g, ' ').trim();
      return title === '' ? '' : `\n\n${'#'.repeat(Number(node.nodeName.charAt(1)))} ${title}\n\n`;
    },
  });
  service.addRule('definition term', {
    filter: 'dt',
    replacement: (content) => (content.trim() === '' ? '' : `\n\n${wrapped(content.trim(), '**')}\n`),
  });
  service.addRule('definition', { filter: 'dd', replacement: (content) => `\n${content.trim()}\n` });
}

/** A list needs no blank line before it when it stands in another one. */
function tight(content: string): string {
  return content.includes('```') ? content : content.replaceAll(/\n{2,}(?=[ \t]*(?:-|\d+\.) )/g, '\n');
}

/** Adds a mark inside of the blanks around the content. */
function wrapped(content: string, mark: string): string {
  return content.trim() === '' || content.includes('\n\n') ? content : spaced(content, `${mark}${content.trim()}${mark}`);
}

function spaced(content: string, printed: string): string {
  return `${/^\s/.test(content) ? ' ' : ''}${printed}${/\s$/.test(content) ? ' ' : ''}`;
}

function attribute(node: Node, name: string): string {
  return ('getAttribute' in node ? (node as Element).getAttribute(name) : null) ?? '';
}

/** Targets that lead somewhere; scripts and empty ones do not. */
function linkTarget(href: string, style: PageStyle): string | undefined {
  const clean = href.trim();
  if (clean === '' || /^(?:javascript|vbscript|data|blob):/i.test(clean)) return undefined;
  return absolute(behindRedirect(clean), style);
}

/** Search results of Bing link through a counter that holds the target in base64. */
function behindRedirect(address: string): string {
  const packed = /^https:\/\/www\.bing\.com\/ck\/a\?.*[?&]u=a1([\w-]+)/.exec(address)?.[1];
  const target = packed === undefined ? '' : Buffer.from(packed, 'base64url').toString('utf8');
  return /^https?:\/\//.test(target) ? target : address;
}

function absolute(address: string, { baseUrl, links }: PageStyle): string {
  return links === 'absolute' && baseUrl !== undefined && URL.canParse(address, baseUrl) ? new URL(address, baseUrl).href : address;
}

function numberOf(item: Node, parent: Node | null): number {
  const start = Number(parent ? attribute(parent, 'start') || '1' : '1');
  // Counting siblings anew for every item would be quadratic.
  const counted = parent ? (counters.get(parent) ?? 0) : 0;
  if (parent) counters.set(parent, counted + 1);
  return (Number.isInteger(start) ? start : 1) + counted;
}

const counters = new WeakMap<Node, number>();

function languageOf(pre: Element): string {
  const names = [
    pre.querySelector('code')?.getAttribute('class'),
    pre.getAttribute('class'),
    pre.parentElement?.getAttribute('class'),
    pre.parentElement?.parentElement?.getAttribute('class'),
  ];
  for (const name of names) {
    const language = /(?:^|\s)(?:lang(?:uage)?|highlight(?:-source|-text)?|brush:)[-\s]?([\w+#-]+)/.exec(name ?? '')?.[1];
    if (language) return language;
  }
  return '';
}

/** Blank lines and trailing blanks, but not inside of code. */
function tidy(markdown: string): string {
  return markdown
    .split(/^(`{3,}[^\n]*\n[\s\S]*?\n`{3,})$/m)
    .map((part, at) => (at % 2 === 1 ? part : part.replaceAll(/[ \t]+$/gm, '').replaceAll(/\n{3,}/g, '\n\n')))
    .join('')
    .trim();
}
